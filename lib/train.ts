import { checkDigits } from './check-digits.ts';
import type { Digits } from './digits.ts';
import { compileStep } from './engine/embedded/plan/step.ts';
import type { tf } from './engine/index.ts';
import { evaluate } from './evaluate.ts';
import { createHistory, type History } from './history.ts';
import { startProgress } from './progress.ts';
import { shuffled } from './shuffle.ts';
import { type Step, tfjsStep } from './tfjs-step.ts';

export type TrainOptions = {
  /** How often to go through all images; 5. */
  epochs?: number;
  /** Images per step; 32. */
  batchSize?: number;
  /** A tfjs optimizer or its name; Adam with Keras's learning rate 0.001. Compiles the model anew when given. */
  optimizer?: tf.Optimizer | string;
  /** A tfjs loss; `sparseCategoricalCrossentropy`. Compiles the model anew when given. */
  loss?: TrainLoss;
  /** Evaluated after each epoch: val_loss and val_accuracy. */
  validation?: Digits;
  /** Of the order of the images; the same seed gives the same training on an engine. 1. */
  seed?: number;
  /** Live progress, in the notebook or on the terminal; true. */
  progress?: boolean;
};

type TrainLoss = string | ((labels: tf.Tensor, predictions: tf.Tensor) => tf.Tensor);

/**
 * Trains the model: `epochs` times through all images in a new random order, `batchSize` images a step. A model that
 * is not compiled is compiled first (Adam, sparse categorical cross-entropy, accuracy).
 *
 * @param data images float32 [n, height, width, channels] as the model wants them, labels int32 [n]
 * @returns the loss (nats per image) and accuracy (0 … 1) of each epoch, averaged while it trained, as in Keras
 * @throws when images and labels do not fit each other or the model, or when the loss becomes NaN
 * @example
 * const { test } = await loadMnist();
 * const few = { images: test.images.slice([0], [640]), labels: test.labels.slice([0], [640]) };
 * const history = await train(digitsModel(), few, { epochs: 2, progress: false });
 * console.log(history.history.loss.length); // 2
 */
export async function train(model: tf.LayersModel, data: Digits, options: TrainOptions = {}): Promise<History> {
  const { epochs = 5, batchSize = 32, validation, seed = 1, progress = true } = options;
  checkCount('epochs', epochs);
  checkCount('batchSize', batchSize);
  checkDigits(model, data, 'the training data');
  if (validation) checkDigits(model, validation, 'the validation data');
  compileWhenNeeded(model, options);

  const samples = data.images.shape[0];
  const stepsPerEpoch = Math.ceil(samples / batchSize);
  const history = createHistory({ epochs, batchSize, steps: stepsPerEpoch, samples });
  const bar = startProgress({ epochs, steps: stepsPerEpoch, show: progress });
  const step: Step = compileStep(model, data, batchSize) ?? tfjsStep(model, data);
  const breathe = everySoOften();
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      bar.startEpoch(epoch);
      const report = (done: number, soFar: Mean) => {
        if (!Number.isFinite(soFar.loss)) throw diverged(soFar.loss, epoch, done);
        bar.step(done, soFar);
      };
      const mean = await runEpoch({ step, order: shuffled(samples, seed, epoch), batchSize, report, breathe });
      step.finishEpoch();
      const result = validation ? await evaluate(model, validation) : undefined;
      const logs = { ...mean, ...(result && { val_loss: result.loss, val_accuracy: result.accuracy }) };
      history.add(epoch, logs);
      bar.endEpoch(logs);
    }
  } finally {
    step.dispose();
    bar.close();
  }
  return history;
}

type Mean = { loss: number; accuracy: number };

type Epoch = {
  step: Step;
  order: Int32Array;
  batchSize: number;
  report(done: number, soFar: Mean): void;
  breathe(): Promise<void> | undefined;
};

async function runEpoch({ step, order, batchSize, report, breathe }: Epoch): Promise<Mean> {
  let [loss, correct, seen, done] = [0, 0, 0, 0];
  const mean = () => ({ loss: loss / seen, accuracy: correct / seen });
  for (let from = 0; from < order.length; from += batchSize) {
    const batch = order.subarray(from, from + batchSize);
    const ran = step.run(batch);
    // A compiled step is done at once; awaiting it anyway would cost as much as it does.
    const sums = ran instanceof Promise ? await ran : ran;
    loss += sums.loss;
    correct += sums.correct;
    seen += batch.length;
    done++;
    const turn = breathe();
    if (turn) {
      report(done, mean());
      await turn;
    }
  }
  report(done, mean());
  return mean();
}

/** Timers, progress and an interrupt get their turn every 30 ms; steps alone would keep the event loop. */
function everySoOften(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < 30) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        last = performance.now();
        resolve();
      });
    });
  };
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`train: ${name} is ${value}; expected a whole number from 1.`);
}

function compileWhenNeeded(model: tf.LayersModel, { optimizer, loss }: TrainOptions): void {
  const compiled = model.optimizer !== undefined && model.optimizer !== null;
  const counts = compiled && (model as unknown as { metricsNames: string[] }).metricsNames.includes('acc');
  if (counts && optimizer === undefined && loss === undefined) return;
  model.compile({
    // By name, the optimizer belongs to the model and is disposed of with it.
    optimizer: optimizer ?? (compiled ? model.optimizer : 'adam'),
    loss: loss ?? (compiled ? (model.loss as TrainLoss) : 'sparseCategoricalCrossentropy'),
    metrics: ['accuracy'],
  } as tf.ModelCompileArgs);
}

function diverged(loss: number, epoch: number, step: number): Error {
  return new Error(
    `train: the loss became ${loss} in epoch ${epoch + 1}, step ${step}. ` +
      'Try a smaller learning rate (optimizer: tf.train.adam(0.0001)), and look for NaN in the images.',
  );
}
