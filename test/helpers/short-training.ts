// A program: trains the course's model on sixteen made-up pictures on the engine that TYPELAB_ENGINE names, saves it in the
// folder it is given, reads it again and prints what came out.
import { digitsModel, engine, evaluate, loadSavedModel, saveModel, tf, train } from '../../lib/index.ts';

const labels = Array.from({ length: 16 }, (_, i) => i % 10);
const pixels = new Float32Array(16 * 784);
// Each digit is a bright line of its own.
labels.forEach((digit, i) => {
  pixels.fill(1, i * 784 + (2 * digit + 4) * 28, i * 784 + (2 * digit + 5) * 28);
});
const data = { images: tf.tensor4d(pixels, [16, 28, 28, 1]), labels: tf.tensor1d(labels, 'int32') };

const model = digitsModel({ seed: 1 });
const { history } = await train(model, data, { epochs: 2, batchSize: 8, seed: 1, progress: false });
const { loss } = await evaluate(model, data);
const three = data.images.slice([0], [3]);
const prediction = await (model.predict(three) as tf.Tensor).data();

const saved = await loadSavedModel(await saveModel(model, process.argv[2]!));
const answer = Object.values(await saved.predict(three))[0] as tf.Tensor;
const { name, why } = engine();
const result = {
  engine: `${name}: ${why}`,
  loss: [...history.loss!, loss],
  prediction: [...prediction],
  served: [...(await answer.data())],
};
// SwiftShader's threads would keep the process.
process.stdout.write(JSON.stringify(result), () => process.exit());
