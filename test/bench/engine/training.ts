/** Trainings beside Keras: the same data, the same networks, one after the other. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { loadMnist } from '../../../lib/mnist.ts';
import { python } from '../../helpers/python.ts';
import type { Limit, Table } from '../suite.ts';

/** Seconds, an accuracy of the test images, and milliseconds of 10,000 predictions. */
type Trained = { course: number; fit: number; bigger: number; accuracy: number; predict?: number };

const seeds = 5;

/** @param folder to write the data for Keras into */
export async function trainings(folder: string, say: (line: string) => void): Promise<Measured> {
  await writeData(folder);
  say(`typelab trains, ${seeds} seeds`);
  const program = join(import.meta.dirname, 'train.ts');
  const ours: Trained = JSON.parse((await execa(process.execPath, [program, String(seeds)])).stdout);
  if (!python) return { ours, theirs: undefined };
  say(`Keras trains, ${seeds} seeds`);
  const peer = [join(import.meta.dirname, 'train.py'), folder, String(seeds)];
  return { ours, theirs: JSON.parse((await execa(python, peer)).stdout) };
}

export type Measured = { ours: Trained; theirs: Trained | undefined };

export function trainingTable({ ours, theirs }: Measured): Table {
  const row = (name: string, key: keyof Trained) => [name, ours[key], theirs?.[key]];
  return {
    title: `Training (seconds; medians of ${seeds} seeds)`,
    columns: ['', 'typelab', 'Keras'],
    rows: [
      row('the course: 5 × 60,000 images, batches of 32, `train()`', 'course'),
      row('one epoch of it by `model.compile` and `model.fit`', 'fit'),
      row('one epoch of a bigger network, `train()`', 'bigger'),
      row('accuracy on the test images after the course', 'accuracy'),
    ],
  };
}

/** @param all milliseconds of ours for 10,000 images in batches of 256 */
export function trainingLimits({ ours, theirs }: Measured, all: number | undefined): Limit[] {
  const ratio = (key: 'course' | 'fit' | 'bigger') => theirs && ours[key] / theirs[key];
  const limit = (value: number) => (theirs ? value : undefined);
  return [
    {
      what: "the course's training by `train()`, of Keras' time",
      measured: ratio('course'),
      limit: limit(0.15),
      unit: '×',
    },
    { what: "an epoch by `model.fit`, of Keras' time", measured: ratio('fit'), limit: limit(0.7), unit: '×' },
    { what: "an epoch of the bigger network, of Keras' time", measured: ratio('bigger'), limit: limit(1.5), unit: '×' },
    {
      what: "accuracy after the course, beside Keras'",
      measured: theirs && Math.abs(ours.accuracy - theirs.accuracy),
      limit: limit(0.005),
      unit: '',
    },
    {
      what: "10,000 images in batches of 256, images a second of Keras' `predict`",
      measured: all && theirs?.predict && theirs.predict / all,
      limit: limit(1),
      unit: '×',
      atLeast: true,
    },
  ];
}

async function writeData(folder: string): Promise<void> {
  for (const [name, { images, labels }] of Object.entries(await loadMnist()) as [
    string,
    { images: Read; labels: Read },
  ][]) {
    if (name !== 'train' && name !== 'test') continue;
    writeFileSync(
      join(folder, `${name}-images.bin`),
      Uint8Array.from(images.dataSync(), (value) => Math.round(value * 255)),
    );
    writeFileSync(join(folder, `${name}-labels.bin`), Uint8Array.from(labels.dataSync()));
  }
}

type Read = { dataSync(): ArrayLike<number> & Iterable<number> };
