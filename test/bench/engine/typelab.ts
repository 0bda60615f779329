// typelab.ts DIGITS [MOBILENET]: one round in a process of its own, as JSON.
import { tf } from '../../../lib/engine/index.ts';
import { loadSavedModel, type SavedModel } from '../../../lib/saved-model/load.ts';
import { median } from '../suite.ts';

const [digits = '', mobilenet] = process.argv.slice(2);
const start = performance.now();
const model = await loadSavedModel(digits);
const load = performance.now() - start;

const images = tf.randomUniform([10_000, 28, 28, 1], 0, 1, 'float32', 1);
const batches = Array.from({ length: 40 }, (_, i) => images.slice([i * 256], [Math.min(256, 10_000 - i * 256)]));
const one = await timed(model, [images.slice([0], [1])], 2000);
const all = await timed(model, batches, 10);
const result: Record<string, number> = { load, one, all };
if (mobilenet) {
  const big = await loadSavedModel(mobilenet);
  result.mobilenet = await timed(big, [tf.randomUniform([1, 96, 96, 3], 0, 1, 'float32', 2)], 60);
}
console.log(JSON.stringify(result));

/** The median time for all inputs, from tensor to numbers; the first tenth warms up. */
async function timed(model: SavedModel, inputs: tf.Tensor[], times: number): Promise<number> {
  const spans: number[] = [];
  for (let i = 0; i < times * 1.1; i++) {
    const start = performance.now();
    for (const input of inputs) {
      for (const output of Object.values(await model.predict(input))) {
        output.dataSync();
        output.dispose();
      }
    }
    spans.push(performance.now() - start);
  }
  return median(spans.slice(-times));
}
