import { tf } from '../../../lib/engine/index.ts';

/** Small models that have each layer and option that can be saved, by name. */
export const layerModels: Record<string, () => tf.LayersModel> = {
  dense: () =>
    stack(
      [12],
      [l.dense({ units: 5, activation: 'relu6' }), l.dense({ units: 3, useBias: false, activation: 'softmax' })],
    ),
  dense_3d: () =>
    stack(
      [4, 6],
      [l.dense({ units: 5, activation: 'tanh' }), l.flatten(), l.dense({ units: 2, activation: 'softplus' })],
    ),
  activations: () => {
    const x = tf.input({ shape: [7] });
    const names = [
      'elu',
      'hardSigmoid',
      'linear',
      'relu',
      'relu6',
      'selu',
      'sigmoid',
      'softmax',
      'softplus',
      'softsign',
      'tanh',
      'swish',
      'mish',
      'gelu',
      'gelu_new',
    ];
    return tf.model({
      inputs: x,
      outputs: names.map(
        (activation) => l.activation({ activation: activation as 'relu' }).apply(x) as tf.SymbolicTensor,
      ),
    });
  },
  activation_layers: () => {
    const x = tf.input({ shape: [3, 5] });
    const all = [
      l.reLU({ maxValue: 0.4 }),
      l.leakyReLU({ alpha: 0.2 }),
      l.elu(),
      l.thresholdedReLU({ theta: 0.1 }),
      l.prelu(),
      l.softmax({ axis: -1 }),
      l.reLU(),
    ];
    return tf.model({ inputs: x, outputs: all.map((layer) => layer.apply(x) as tf.SymbolicTensor) });
  },
  convolutions: () =>
    stack(
      [15, 13, 3],
      [
        l.conv2d({ filters: 4, kernelSize: [3, 2], padding: 'same', activation: 'relu' }),
        l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'elu' }),
        l.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2 }),
        l.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'sigmoid' }),
        l.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2, useBias: false }),
        l.conv2dTranspose({ filters: 2, kernelSize: [2, 3], strides: [2, 1], padding: 'valid' }),
      ],
    ),
  pools: () => {
    const x = tf.input({ shape: [9, 8, 3] });
    const all = [
      l.maxPooling2d({ poolSize: 2 }),
      l.maxPooling2d({ poolSize: [3, 2], strides: [2, 1], padding: 'same' }),
      l.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      l.globalMaxPooling2d({}),
      l.globalAveragePooling2d({}),
    ];
    return tf.model({ inputs: x, outputs: all.map((layer) => layer.apply(x) as tf.SymbolicTensor) });
  },
  rows: () => {
    const x = tf.input({ shape: [10, 3] });
    const all = [
      l.conv1d({ filters: 4, kernelSize: 3, strides: 2, activation: 'relu' }),
      l.conv1d({ filters: 2, kernelSize: 2, padding: 'same', dilationRate: 2 }),
      l.maxPooling1d({ poolSize: 3 }),
      l.averagePooling1d({ poolSize: 2, strides: 1, padding: 'same' }),
      l.globalMaxPooling1d({}),
      l.globalAveragePooling1d({}),
    ];
    return tf.model({ inputs: x, outputs: all.map((layer) => layer.apply(x) as tf.SymbolicTensor) });
  },
  shapes: () => {
    const x = tf.input({ shape: [4, 6, 2] });
    const all = [
      l.permute({ dims: [3, 1, 2] }),
      l.reshape({ targetShape: [3, -1] }),
      l.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
      l.upSampling2d({ size: [2, 3] }),
      l.cropping2D({
        cropping: [
          [1, 0],
          [2, 1],
        ],
      }),
      l.spatialDropout1d({ rate: 0.3 }),
    ];
    const dropped = l.dropout({ rate: 0.5 }).apply(l.flatten().apply(x));
    const repeated = l.repeatVector({ n: 3 }).apply(dropped);
    const outputs = all.slice(0, 5).map((layer) => layer.apply(x) as tf.SymbolicTensor);
    return tf.model({ inputs: x, outputs: [...outputs, repeated as tf.SymbolicTensor] });
  },
  normalisation: () =>
    stack(
      [5, 4, 6],
      [
        l.batchNormalization(),
        l.conv2d({ filters: 4, kernelSize: 1, useBias: false }),
        l.batchNormalization({ scale: false, epsilon: 0.01 }),
        l.batchNormalization({ center: false }),
        l.layerNormalization(),
        l.layerNormalization({ axis: [-2, -1], scale: false }),
      ],
    ),
  embedding: () =>
    stack(
      [6],
      [l.embedding({ inputDim: 9, outputDim: 4 }), l.globalAveragePooling1d({}), l.dense({ units: 2 })],
      'int32',
    ),
  two_inputs: () => {
    // The names sort the other way round than the inputs are given, and a capital letter sorts first.
    const [z, a] = [tf.input({ shape: [4], name: 'z' }), tf.input({ shape: [4], name: 'A' })];
    const both = [z, a];
    const sum = l.add().apply(both) as tf.SymbolicTensor;
    const merged = [l.multiply(), l.average(), l.maximum(), l.minimum(), l.concatenate(), l.dot({ axes: 1 })].map(
      (layer) => layer.apply(both) as tf.SymbolicTensor,
    );
    const shared = l.dense({ units: 3, name: 'shared' });
    return tf.model({
      inputs: both,
      outputs: [sum, ...merged, shared.apply(z) as tf.SymbolicTensor, shared.apply(sum) as tf.SymbolicTensor],
    });
  },
  nested: () => {
    const inner = stack([6], [l.dense({ units: 4, activation: 'relu', name: 'twice' }), l.dropout({ rate: 0.1 })]);
    return stack([6], [l.dense({ units: 6, name: 'twice' }), inner, l.dense({ units: 2, name: 'last' })]);
  },
};

const l = tf.layers;

function stack(shape: number[], layers: tf.layers.Layer[], dtype: 'float32' | 'int32' = 'float32'): tf.LayersModel {
  const model = tf.sequential();
  model.add(l.inputLayer({ inputShape: shape, dtype }));
  for (const layer of layers) model.add(layer);
  return model;
}

/** Weights that show a mistake: none is zero or one, variances are positive. */
export function randomise(model: tf.LayersModel): void {
  const weights = model.weights.map((variable, i) => {
    const { shape, name } = variable as unknown as { shape: number[]; name: string };
    return name.includes('variance')
      ? tf.randomUniform(shape, 0.2, 1.5, 'float32', i + 1)
      : tf.randomNormal(shape, 0, 0.4, 'float32', i + 1);
  });
  model.setWeights(weights);
}
