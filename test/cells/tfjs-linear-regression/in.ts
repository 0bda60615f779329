// %%
import * as tf from '@tensorflow/tfjs';
import * as tslab from 'tslab';
// %%
const model = tf.sequential();
model.add(tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' }));
model.compile({ loss: 'meanSquaredError', optimizer: tf.train.sgd(0.05) });

const xs = tf.tensor2d([1, 2, 3, 4], [4, 1]);
const ys = tf.tensor2d([1, 3, 5, 7], [4, 1]);
// %%
const progress = tslab.newDisplay();
const history = await model.fit(xs, ys, {
  epochs: 200,
  verbose: 0,
  callbacks: {
    onEpochEnd: async (epoch, logs) => {
      if (epoch % 100 === 99) progress.html(`<b>epoch ${epoch + 1}</b> ${logs!.loss < 0.1 ? 'small' : 'large'} loss`);
    },
  },
});
history.history.loss.length
// %%
const predicted = model.predict(tf.tensor2d([5], [1, 1])) as tf.Tensor;
Math.round((await predicted.data())[0])
// %%
const [a, b] = tf.tidy(() => [tf.scalar(2).square(), tf.scalar(3)]);
tf.add(a, b).dataSync()[0]
// %%
console.log(predicted.shape, tf.memory().numTensors > 0);
