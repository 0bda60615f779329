/** SavedModels beside TensorFlow: the same files, the same inputs, rounds in turn. Then trainings beside Keras. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { digitsModel } from '../../lib/model.ts';
import { saveModel } from '../../lib/saved-model/save.ts';
import { python, withoutPython } from '../helpers/python.ts';
import { type Measured, trainingLimits, trainings, trainingTable } from './engine/training.ts';
import { median, type Results, type Suite } from './suite.ts';

/** Milliseconds: medians within a process. */
type Round = { load: number; one: number; all: number; mobilenet?: number };

const rounds = 3;

const suite: Suite = {
  title: 'SavedModels and training',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-bench-'));
    try {
      const digits = await saveModel(digitsModel({ seed: 1 }), join(folder, 'digits'));
      const mobilenet = join(folder, 'mobilenet');
      const peer = [join(import.meta.dirname, 'engine/peer.py'), digits, mobilenet];
      if (python) {
        say('TensorFlow writes MobileNetV2');
        await execa(python, [...peer, '--write']);
      }
      const ours: Round[] = [];
      const theirs: Round[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        say(`round ${round} of ${rounds}`);
        const own = [join(import.meta.dirname, 'engine/typelab.ts'), digits, ...(python ? [mobilenet] : [])];
        ours.push(JSON.parse((await execa(process.execPath, own)).stdout));
        if (python) theirs.push(JSON.parse((await execa(python, peer)).stdout));
      }
      return results(ours, theirs, await trainings(folder, say));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export default suite;

function results(ours: Round[], theirs: Round[], trained: Measured): Results {
  const of = (list: Round[], key: keyof Round) => {
    const values = list.flatMap((round) => round[key] ?? []);
    return values.length > 0 ? median(values) : undefined;
  };
  const ratio = (key: keyof Round) => {
    const pairs = theirs.flatMap((round, i) => (round[key] && ours[i]?.[key] ? [ours[i]![key]! / round[key]!] : []));
    return pairs.length > 0 ? median(pairs) : undefined;
  };
  const row = (name: string, key: keyof Round) => [name, of(ours, key), of(theirs, key)];
  const speedup = ratio('all');
  return {
    about: `Milliseconds, medians of ${rounds} rounds, a fresh process for each. TensorFlow is called by its signature function${withoutPython ? '; it was not there in this run' : ''}.`,
    tables: [
      {
        columns: ['', 'typelab', 'TensorFlow'],
        rows: [
          row('load the digits model, first in its process', 'load'),
          row('digits: one image', 'one'),
          row('digits: 10,000 images in batches of 256', 'all'),
          row('MobileNetV2, 96 × 96, one image', 'mobilenet'),
        ],
      },
      trainingTable(trained),
    ],
    limits: [
      { what: 'load the digits model', measured: of(ours, 'load'), limit: 50, unit: 'ms' },
      { what: 'digits: one image through SavedModel.predict', measured: of(ours, 'one'), limit: 0.05, unit: 'ms' },
      {
        what: "digits: 10,000 images in batches of 256, images a second of TensorFlow's",
        measured: speedup && 1 / speedup,
        limit: theirs.length > 0 ? 1 : undefined,
        unit: '×',
        atLeast: true,
      },
      {
        what: "MobileNetV2, 96 × 96, one image, of TensorFlow's time",
        measured: ratio('mobilenet'),
        limit: theirs.length > 0 ? 3 : undefined,
        unit: '×',
      },
      ...trainingLimits(trained, of(ours, 'all')),
    ],
  };
}
