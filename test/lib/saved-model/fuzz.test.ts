import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { digitsModel } from '../../../lib/model.ts';
import { ModelError } from '../../../lib/saved-model/error.ts';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import { saveModel } from '../../../lib/saved-model/save.ts';
import { record, times } from '../../helpers/long.ts';
import { seededRandom } from '../../helpers/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-fuzz-'));
after(() => rmSync(folder, { recursive: true }));

const MUTATIONS = times(2000, 100_000);
const FILES = [
  'saved_model.pb',
  'saved_model.pb',
  'saved_model.pb',
  'variables/variables.index',
  'variables/variables.data-00000-of-00001',
];
const input = { Conv1_input: { dtype: 'float32' as const, shape: [1, 28, 28, 1], data: new Float32Array(784) } };
/** The model has 100 kB and its request 3 kB: what a hostile length asks for is far beyond this. An endless loop is what run.ts ends. */
const MOST_BYTES = 64 * 2 ** 20;

test(`${MUTATIONS} mutations of a model's files end in a clear error or in an answer, and none allocates more than ${MOST_BYTES} bytes`, async (t) => {
  const path = await saveModel(digitsModel(), folder);
  const random = seededRandom(20261123);
  const originals = new Map(FILES.map((name) => [name, readFileSync(join(path, name))]));
  const outcomes = { opened: 0, refused: 0 };
  let most = 0;
  for (let n = 0; n < MUTATIONS; n++) {
    const name = FILES[n % FILES.length]!;
    const bytes = mutate(originals.get(name)!, random);
    writeFileSync(join(path, name), bytes);
    const before = allocated();
    try {
      const model = openSavedModel(path);
      outcomes.opened++;
      try {
        if (model.signatures.serving_default) model.run('serving_default', input);
      } finally {
        model.close();
      }
    } catch (error) {
      if (!(error instanceof ModelError)) {
        throw new Error(`mutation ${n} of ${name}: ${(error as Error).stack}`);
      }
      outcomes.refused++;
    }
    const grown = allocated() - before;
    most = Math.max(most, grown);
    assert.ok(grown < MOST_BYTES, `mutation ${n} of ${name} allocated ${grown} bytes`);
    writeFileSync(join(path, name), originals.get(name)!);
  }
  const figures = `${outcomes.refused} refused with a clear error, ${outcomes.opened} opened (of which some refuse the request); the most that one allocated: ${(most / 2 ** 20).toFixed(1)} MB`;
  t.diagnostic(`${MUTATIONS} mutations: ${figures}`);
  record(`${MUTATIONS} mutations of a SavedModel's files`, figures);
  assert.ok(outcomes.refused > MUTATIONS / 2, JSON.stringify(outcomes));
  openSavedModel(path).close();
});

/** By JavaScript's objects and by buffers outside its heap. */
function allocated(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Flipped bits, random bytes, a cut, a repeated part, or a huge varint in the middle. */
function mutate(original: Uint8Array, random: () => number): Uint8Array {
  const bytes = Buffer.from(original);
  const at = Math.floor(random() * bytes.length);
  const kind = Math.floor(random() * 5);
  if (kind === 0) bytes[at]! ^= 1 << Math.floor(random() * 8);
  else if (kind === 1)
    for (let i = 0; i < 4; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  else if (kind === 2) return bytes.subarray(0, at);
  else if (kind === 3) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.floor(random() * at))]);
  else bytes.set(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 127).subarray(0, bytes.length - at), at);
  return bytes;
}
