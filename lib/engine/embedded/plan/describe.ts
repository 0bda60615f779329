import * as tf from '@tensorflow/tfjs';

/** A layer as the plan computes it. Sizes are in elements; everything is channels-last. */
export type Description = Convolution | MaxPool | Dense;

export type Convolution = {
  kind: 'convolution';
  conv: tf.backend_util.Conv2DInfo;
  relu: boolean;
  /** Kernel [rows, columns, channels, out], then the bias where there is one. */
  variables: tf.Variable[];
};
export type MaxPool = { kind: 'maxPool'; conv: tf.backend_util.Conv2DInfo };
export type Dense = { kind: 'dense'; inputs: number; units: number; relu: boolean; variables: tf.Variable[] };

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
export function describe(model: tf.LayersModel): Description[] | undefined {
  if (!(model instanceof tf.Sequential) || new Set(model.layers).size !== model.layers.length) return undefined;
  const layers = model.layers.filter((layer) => !['InputLayer', 'Flatten'].includes(layer.getClassName()));
  const descriptions: Description[] = [];
  for (const [i, layer] of layers.entries()) {
    const last = i === layers.length - 1;
    const description = describeLayer(layer, last);
    if (!description || (last && description.kind !== 'dense')) return undefined;
    descriptions.push(description);
  }
  return descriptions.length > 0 ? descriptions : undefined;
}

function describeLayer(layer: tf.layers.Layer, last: boolean): Description | undefined {
  const config = layer.getConfig() as Config;
  const shape = Array.isArray(layer.input) ? undefined : layer.input.shape;
  if (!shape || !isPlain(layer, config)) return undefined;
  const activation = config.activation ?? 'linear';
  const inside = activation === 'relu' || activation === 'linear';
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  switch (layer.getClassName()) {
    case 'Conv2D':
      if (!inside || config.dilationRate?.some((rate) => rate !== 1)) return undefined;
      return { kind: 'convolution', conv: convolution(shape, config), relu: activation === 'relu', variables };
    case 'MaxPooling2D':
      // With padding, windows overlap the edge; tfjs does that.
      return config.padding === 'valid' ? { kind: 'maxPool', conv: pooling(shape, config) } : undefined;
    case 'Dense':
      if (shape.length !== 2 || !(last ? activation === 'softmax' : inside)) return undefined;
      return { kind: 'dense', inputs: shape[1]!, units: config.units!, relu: activation === 'relu', variables };
    default:
      return undefined;
  }
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
