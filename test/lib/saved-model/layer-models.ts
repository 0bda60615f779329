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
  recurrent: () => {
    const x = tf.input({ shape: [7, 3] });
    const all = [
      l.simpleRNN({ units: 4 }),
      l.simpleRNN({ units: 2, returnSequences: true, useBias: false, activation: 'relu' }),
      l.lstm({ units: 4 }),
      l.lstm({ units: 3, returnSequences: true, goBackwards: true, recurrentActivation: 'sigmoid' }),
      l.gru({ units: 4 }),
      l.gru({ units: 3, returnSequences: true, useBias: false }),
      l.rnn({ cell: [l.lstmCell({ units: 3 }), l.gruCell({ units: 2 })] as never, returnSequences: true }),
    ];
    return tf.model({ inputs: x, outputs: all.map((layer) => layer.apply(x) as tf.SymbolicTensor) });
  },
  both_directions: () => {
    const x = tf.input({ shape: [5, 3] });
    const modes = ['concat', 'sum', 'mul', 'ave'] as const;
    const outputs = modes.map((mergeMode, i) => {
      const layer = l.lstm({ units: 3, returnSequences: i % 2 === 0 }) as tf.RNN;
      return l.bidirectional({ layer, mergeMode }).apply(x) as tf.SymbolicTensor;
    });
    const gru = l.gru({ units: 2, returnSequences: true, returnState: true }) as tf.RNN;
    const states = l.bidirectional({ layer: gru, mergeMode: 'concat' }).apply(x) as tf.SymbolicTensor[];
    return tf.model({ inputs: x, outputs: [...outputs, ...states] });
  },
  masked: () => {
    // Zeros are steps that do not count: the random weights of the embedding see to it that every number has some.
    const words = tf.input({ shape: [6], dtype: 'int32', name: 'words' });
    const vectors = l.embedding({ inputDim: 9, outputDim: 4, maskZero: true }).apply(words) as tf.SymbolicTensor;
    const spread = l.dense({ units: 3, activation: 'tanh' }).apply(vectors) as tf.SymbolicTensor;
    const both = l.concatenate().apply([vectors, spread]) as tf.SymbolicTensor;
    const layer = l.lstm({ units: 3, returnSequences: true }) as tf.RNN;
    const read = l.bidirectional({ layer, mergeMode: 'concat' }).apply(both) as tf.SymbolicTensor;
    const all = [l.gru({ units: 4 }), l.simpleRNN({ units: 2, returnSequences: true, goBackwards: true })];
    const outputs = all.map((one) => one.apply(read) as tf.SymbolicTensor);
    return tf.model({ inputs: words, outputs: [...outputs, l.globalAveragePooling1d({}).apply(read)] as never });
  },
  masking: () =>
    stack(
      [5, 2],
      [
        l.reLU(),
        l.masking(),
        l.dropout({ rate: 0.2 }),
        l.lstm({ units: 3, returnSequences: true }),
        l.lstm({ units: 4 }),
        l.dense({ units: 2 }),
      ],
    ),
  frames: () => {
    const x = tf.input({ shape: [4, 6, 5, 2] });
    const inner = { filters: 3, kernelSize: [3, 2] as [number, number], padding: 'same' as const };
    const steps = l.convLstm2d({ ...inner, returnSequences: true, goBackwards: true }).apply(x) as tf.SymbolicTensor;
    const [last, h, c] = l
      .convLstm2d({ filters: 2, kernelSize: 3, strides: 2, useBias: false, returnState: true })
      .apply(steps) as tf.SymbolicTensor[];
    return tf.model({ inputs: x, outputs: [steps, last, h, c] as tf.SymbolicTensor[] });
  },
  channels_first: () => {
    const dataFormat = 'channelsFirst';
    const x = tf.input({ shape: [3, 8, 9] });
    const all = [
      l.conv2d({ filters: 4, kernelSize: 3, strides: [2, 1], padding: 'same', activation: 'relu', dataFormat }),
      l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, dataFormat }),
      l.separableConv2d({ filters: 4, kernelSize: 2, useBias: false, dataFormat }),
      l.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', dataFormat }),
      l.maxPooling2d({ poolSize: 2, dataFormat }),
      l.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same', dataFormat }),
      l.globalMaxPooling2d({ dataFormat }),
      l.globalAveragePooling2d({ dataFormat }),
      l.zeroPadding2d({ padding: [1, 2], dataFormat }),
      l.upSampling2d({ size: [2, 3], dataFormat }),
      l.cropping2D({ cropping: [2, 1], dataFormat }),
      l.flatten({ dataFormat }),
    ];
    return tf.model({ inputs: x, outputs: all.map((layer) => layer.apply(x) as tf.SymbolicTensor) });
  },
  encoder_decoder: () => {
    const [source, target] = [tf.input({ shape: [4, 3], name: 'source' }), tf.input({ shape: [6, 2], name: 'target' })];
    const [, h, c] = l.lstm({ units: 5, returnState: true }).apply(source) as tf.SymbolicTensor[];
    const decoder = l.lstm({ units: 5, returnSequences: true });
    const steps = decoder.apply([target, h, c] as tf.SymbolicTensor[]) as tf.SymbolicTensor;
    return tf.model({ inputs: [source, target], outputs: [steps, c as tf.SymbolicTensor] });
  },
  any_length: () => {
    // A text tagger: neither the batch nor the number of words is known.
    const words = tf.input({ shape: [null as never], dtype: 'int32', name: 'words' });
    const vectors = l.embedding({ inputDim: 9, outputDim: 4 }).apply(words) as tf.SymbolicTensor;
    const rows = l.conv1d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(vectors) as tf.SymbolicTensor;
    const layer = l.lstm({ units: 3, returnSequences: true }) as tf.RNN;
    const read = l.bidirectional({ layer, mergeMode: 'concat' }).apply(rows) as tf.SymbolicTensor;
    const each = l.timeDistributed({ layer: l.dense({ units: 2, activation: 'softmax' }) }).apply(read);
    const one = l.dense({ units: 2 }).apply(read);
    return tf.model({ inputs: words, outputs: [each, one] as tf.SymbolicTensor[] });
  },
  in_time: () => {
    const x = tf.input({ shape: [3, 8, 8, 2] });
    const inner = stack([8, 8, 2], [l.conv2d({ filters: 3, kernelSize: 3, activation: 'relu' }), l.flatten()]);
    const frames = l.timeDistributed({ layer: inner as never }).apply(x) as tf.SymbolicTensor;
    const pooled = l.timeDistributed({ layer: l.maxPooling2d({ poolSize: 2 }) }).apply(x) as tf.SymbolicTensor;
    return tf.model({ inputs: x, outputs: [l.gru({ units: 4 }).apply(frames) as tf.SymbolicTensor, pooled] });
  },
  volumes: () => {
    const x = tf.input({ shape: [6, 5, 6, 2] });
    const all = [
      l.conv3d({ filters: 3, kernelSize: 3, activation: 'relu' }),
      l.conv3d({ filters: 2, kernelSize: [1, 2, 3], strides: [1, 2, 2], padding: 'same', useBias: false }),
      l.conv3dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh' }),
      l.conv3dTranspose({ filters: 3, kernelSize: [2, 1, 3], padding: 'valid', useBias: false }),
      l.maxPooling3d({ poolSize: 2 }),
      l.averagePooling3d({ poolSize: [2, 1, 2], strides: 2, padding: 'same' }),
      l.conv3d({ filters: 2, kernelSize: [2, 3, 2], dilationRate: [2, 1, 3], padding: 'same' }),
    ];
    return tf.model({ inputs: x, outputs: all.map((layer) => layer.apply(x) as tf.SymbolicTensor) });
  },
  dots: () => {
    const [a, b] = [tf.input({ shape: [4, 3], name: 'a' }), tf.input({ shape: [5, 3], name: 'b' })];
    const c = tf.input({ shape: [3], name: 'c' });
    const d = l.dense({ units: 3 }).apply(c) as tf.SymbolicTensor;
    return tf.model({
      inputs: [a, b, c],
      outputs: [
        l.dot({ axes: 2 }).apply([a, b]) as tf.SymbolicTensor,
        l.dot({ axes: [2, 1], normalize: true }).apply([a, l.permute({ dims: [2, 1] }).apply(b) as tf.SymbolicTensor]),
        l.dot({ axes: 1, normalize: true }).apply([c, d]),
        l.dot({ axes: [2, 1] }).apply([a, c]),
        l.dot({ axes: [1, 2], normalize: true }).apply([c, b]),
      ] as tf.SymbolicTensor[],
    });
  },
  other_axes: () =>
    stack(
      [4, 5, 3],
      [
        l.batchNormalization({ axis: 1 }),
        l.conv2d({ filters: 2, kernelSize: 2 }),
        l.batchNormalization({ axis: 2, scale: false }),
        l.layerNormalization({ axis: 1 }),
        l.layerNormalization({ axis: [1, 3], center: false }),
      ],
    ),
  other_ranks: () => {
    const [a, b] = [tf.input({ shape: [2, 3, 4], name: 'a' }), tf.input({ shape: [4], name: 'b' })];
    const c = tf.input({ shape: [3, 1], name: 'c' });
    const all = [l.add(), l.multiply(), l.average(), l.maximum(), l.minimum()];
    return tf.model({ inputs: [a, b, c], outputs: all.map((layer) => layer.apply([b, a, c]) as tf.SymbolicTensor) });
  },
  dilated: () =>
    stack(
      [9, 8, 2],
      [
        l.depthwiseConv2d({ kernelSize: [3, 2], dilationRate: [2, 3], depthMultiplier: 2, activation: 'relu' }),
        l.separableConv2d({ filters: 3, kernelSize: 2, dilationRate: 2, padding: 'same' }),
        l.depthwiseConv2d({ kernelSize: 2, dilationRate: 2, padding: 'same', useBias: false }),
        l.depthwiseConv2d({ kernelSize: [2, 3], strides: [1, 2], padding: 'same' }),
        l.separableConv2d({ filters: 2, kernelSize: 2, strides: [2, 1] }),
      ],
    ),
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
