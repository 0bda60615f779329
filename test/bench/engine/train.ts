// train.ts SEEDS: trains the course's model and a bigger one in a process of its own; seconds and accuracies, as JSON.
import { tf } from '../../../lib/engine/index.ts';
import { evaluate } from '../../../lib/evaluate.ts';
import { loadMnist } from '../../../lib/mnist.ts';
import { digitsModel } from '../../../lib/model.ts';
import { train } from '../../../lib/train.ts';
import { median } from '../suite.ts';

const seeds = Number(process.argv[2]);
const data = await loadMnist();
const course: number[] = [];
const accuracies: number[] = [];
for (let seed = 1; seed <= seeds; seed++) {
  const model = digitsModel({ seed });
  course.push(await seconds(() => train(model, data.train, { seed, progress: false })));
  accuracies.push((await evaluate(model, data.test)).accuracy);
}

// As people write it who know tfjs, one epoch of the five.
const own = digitsModel({ seed: 1 });
own.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
const options = { epochs: 1, batchSize: 32, verbose: 0, yieldEvery: 'never' } as const;
const fit = await seconds(() => own.fit(data.train.images, data.train.labels, options));

const l = tf.layers;
const big = tf.sequential({
  layers: [
    l.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
    l.maxPooling2d({ poolSize: 2 }),
    l.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    l.maxPooling2d({ poolSize: 2 }),
    l.flatten(),
    l.dense({ units: 128, activation: 'relu' }),
    l.dense({ units: 10, activation: 'softmax' }),
  ],
});
const bigger = await seconds(() => train(big, data.train, { epochs: 1, progress: false }));
console.log(JSON.stringify({ course: median(course), fit, bigger, accuracy: median(accuracies) }));

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
