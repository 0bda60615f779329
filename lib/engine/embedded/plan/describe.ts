import * as tf from '@tensorflow/tfjs';

/**
 * A layer as the plan computes it: plain data, which crosses to other threads. Sizes are in elements; everything is
 * channels-last. `variables` has the sizes of the kernel ([rows, columns, channels, out]) and, where there is one, the bias.
 */
export type Description = Convolution | MaxPool | Dense;

export type Convolution = {
  kind: 'convolution';
  conv: tf.backend_util.Conv2DInfo;
  relu: boolean;
  variables: number[];
};
export type MaxPool = { kind: 'maxPool'; conv: tf.backend_util.Conv2DInfo; variables: [] };
export type Dense = { kind: 'dense'; inputs: number; units: number; relu: boolean; variables: number[] };

export type Described = { layers: Description[] /** Of all layers, in their order. */; variables: tf.Variable[] };

/** What the layers say about themselves, as far as the plan asks. */
type Config = {
  activation?: string;
  dataFormat?: string;
  dilationRate?: number[];
  kernelSize?: [number, number];
  padding?: 'valid' | 'same';
  poolSize?: [number, number];
  strides?: [number, number];
  units?: number;
  filters?: number;
} & Record<string, unknown>;

/**
 * A chain of convolutions, max poolings and dense layers that ends in a softmax over classes, or undefined where the model
 * has anything else: then tfjs trains it.
 */
export function describe(model: tf.LayersModel): Described | undefined {
  if (!(model instanceof tf.Sequential) || new Set(model.layers).size !== model.layers.length) return undefined;
  const layers = model.layers.filter((layer) => !['InputLayer', 'Flatten'].includes(layer.getClassName()));
  const descriptions: Description[] = [];
  for (const [i, layer] of layers.entries()) {
    const last = i === layers.length - 1;
    const description = describeLayer(layer, last);
    if (!description || (last && description.kind !== 'dense')) return undefined;
    descriptions.push(description);
  }
  if (descriptions.length === 0) return undefined;
  return { layers: descriptions, variables: layers.flatMap(variablesOf) };
}

function describeLayer(layer: tf.layers.Layer, last: boolean): Description | undefined {
  const config = layer.getConfig() as Config;
  const shape = Array.isArray(layer.input) ? undefined : layer.input.shape;
  if (!shape || !isPlain(layer, config)) return undefined;
  const activation = config.activation ?? 'linear';
  const inside = activation === 'relu' || activation === 'linear';
  const variables = variablesOf(layer).map(({ size }) => size);
  switch (layer.getClassName()) {
    case 'Conv2D':
      if (!inside || config.dilationRate?.some((rate) => rate !== 1)) return undefined;
      return { kind: 'convolution', conv: convolution(shape, config), relu: activation === 'relu', variables };
    case 'MaxPooling2D':
      return { kind: 'maxPool', conv: pooling(shape, config), variables: [] };
    case 'Dense':
      if (shape.length !== 2 || !(last ? activation === 'softmax' : inside)) return undefined;
      return { kind: 'dense', inputs: shape[1]!, units: config.units!, relu: activation === 'relu', variables };
    default:
      return undefined;
  }
}

function variablesOf(layer: tf.layers.Layer): tf.Variable[] {
  return layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/** Trained as it is: nothing frozen, nothing added to the loss, no limits on the weights. */
function isPlain(layer: tf.layers.Layer, config: Config): boolean {
  const extras = ['kernelRegularizer', 'biasRegularizer', 'activityRegularizer', 'kernelConstraint', 'biasConstraint'];
  return (
    layer.trainable &&
    layer.nonTrainableWeights.length === 0 &&
    extras.every((name) => config[name] === null || config[name] === undefined) &&
    (config.dataFormat ?? 'channelsLast') === 'channelsLast'
  );
}

function convolution(shape: tf.Shape, { kernelSize, filters, strides, padding }: Config): tf.backend_util.Conv2DInfo {
  const [height, width, channels] = shape.slice(1) as [number, number, number];
  const filter: [number, number, number, number] = [...kernelSize!, channels, filters!];
  return tf.backend_util.computeConv2DInfo([1, height, width, channels], filter, strides!, 1, padding!);
}

function pooling(shape: tf.Shape, { poolSize, strides, padding }: Config): tf.backend_util.Conv2DInfo {
  const [height, width, channels] = shape.slice(1) as [number, number, number];
  return tf.backend_util.computePool2DInfo([1, height, width, channels], poolSize!, strides!, 1, padding!);
}
