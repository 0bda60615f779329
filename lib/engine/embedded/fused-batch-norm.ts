import * as tf from '@tensorflow/tfjs';

/** The fields of tfjs's layer that its call uses. */
type BatchNorm = {
  axis: number;
  momentum: number;
  epsilon: number;
  gamma?: tf.LayerVariable;
  beta?: tf.LayerVariable;
  movingMean: tf.LayerVariable;
  movingVariance: tf.LayerVariable;
};
type Call = (this: BatchNorm, inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }) => tf.Tensor;

/**
 * While a model is trained, tfjs's batch normalization is some sixty operations, most over all pixels, and took ten times as
 * long as Keras. Here it is one operation with one gradient. What tfjs cannot do comes with it: layers without gamma or beta,
 * volumes, and an axis that is not the last, where its kernels take the channels in turn, wherever they lie.
 */
export function fuseBatchNorm(): void {
  registerGradient();
  const prototype = tf.layers.batchNormalization({}).constructor.prototype as { call: Call };
  const original = prototype.call;
  prototype.call = function (inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const training = kwargs.training ?? false;
    const last = x.rank - 1;
    const axis = this.axis < 0 ? this.axis + x.rank : this.axis;
    if ((!training && axis === last && x.rank <= 4) || !isOurs(x)) return original.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const channelsLast = moveAxis(x, axis, last);
      return moveAxis(training ? trained(this, channelsLast) : predicted(this, channelsLast), last, axis);
    });
  };
}

/** Our gradient leaves no trace for a gradient of it. */
function isOurs(x: tf.Tensor): boolean {
  const { gradientDepth } = (tf.engine() as unknown as { state: { gradientDepth: number } }).state;
  return tf.getBackend() === 'wasm' && x.dtype === 'float32' && gradientDepth <= 1;
}

function trained(layer: BatchNorm, x: tf.Tensor): tf.Tensor {
  const channels = [x.shape.at(-1)!];
  const inputs = { x, gamma: layer.gamma?.read() ?? tf.ones(channels), beta: layer.beta?.read() ?? tf.zeros(channels) };
  const outputs = tf.engine().runKernel('BatchNormTraining', inputs, { epsilon: layer.epsilon });
  const [y, mean, variance] = outputs as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
  follow(layer.movingMean, mean, layer.momentum);
  follow(layer.movingVariance, variance, layer.momentum);
  return y;
}

/** As tfjs's layer moves them. */
function follow(moving: tf.LayerVariable, value: tf.Tensor, momentum: number): void {
  const before = moving.read();
  moving.write(before.sub(before.sub(value).mul(1 - momentum)));
}

function predicted(layer: BatchNorm, x: tf.Tensor): tf.Tensor {
  const rows = x.reshape<tf.Tensor2D>([-1, x.shape.at(-1)!]);
  const [mean, variance] = [layer.movingMean.read(), layer.movingVariance.read()] as [tf.Tensor1D, tf.Tensor1D];
  const [beta, gamma] = [layer.beta?.read(), layer.gamma?.read()] as [tf.Tensor1D?, tf.Tensor1D?];
  return tf.batchNorm2d(rows, mean, variance, beta, gamma, layer.epsilon).reshape(x.shape);
}

function moveAxis(x: tf.Tensor, from: number, to: number): tf.Tensor {
  if (from === to) return x;
  const order = x.shape.map((_, i) => i).toSpliced(from, 1);
  return x.transpose(order.toSpliced(to, 0, from));
}

function registerGradient(): void {
  tf.registerGradient({
    kernelName: 'BatchNormTraining',
    inputsToSave: ['x', 'gamma'],
    outputsToSave: [false, true, true],
    gradFunc(dys, [x, gamma, mean, variance], attributes) {
      const inputs = { x: x!, dy: (dys as tf.Tensor[])[0]!, gamma: gamma!, mean: mean!, variance: variance! };
      const gradients = tf.engine().runKernel('BatchNormTrainingGradient', inputs, attributes);
      const [dx, dGamma, dBeta] = gradients as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
      return { x: () => dx, gamma: () => dGamma, beta: () => dBeta };
    },
  });
}
