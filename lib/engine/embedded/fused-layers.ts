import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn } from './memory.ts';
import { overwrite } from './window.ts';

type Activation = string | null | undefined;
type Conv2D = {
  x: tf.Tensor;
  filter: tf.Tensor;
  bias?: tf.Tensor | null;
  strides: [number, number] | number;
  pad: 'valid' | 'same';
  dataFormat?: string;
  dilations?: [number, number] | number;
  activation?: Activation;
};
type MatMul = {
  a: tf.Tensor;
  b: tf.Tensor;
  transposeA?: boolean;
  transposeB?: boolean;
  bias?: tf.Tensor | null;
  activation?: Activation;
};
type Fused = { conv2d(args: Conv2D): tf.Tensor; matMul(args: MatMul): tf.Tensor };

/**
 * While a model is trained, tfjs computes a convolution or a dense layer, its bias and its relu one by one, with a gradient
 * for each. Here a layer stays one operation with one gradient: fewer tensors, and no pass over them for a bias alone.
 */
export function fuseLayers(): void {
  registerGradients();
  const ops = tf.fused as unknown as Fused;
  const { conv2d, matMul } = ops;
  ops.conv2d = (args) => {
    const { x, filter, bias, strides, pad, dataFormat = 'NHWC', dilations = 1, activation } = args;
    const plain = dataFormat === 'NHWC' && [dilations].flat().every((rate) => rate === 1) && typeof pad === 'string';
    if (!plain || x.rank !== 4 || filter.rank !== 4 || !isTrained([x, filter, bias], activation)) return conv2d(args);
    const attrs = { strides, pad, dataFormat, dilations: 1, activation: activation ?? 'linear' };
    return tf.engine().runKernel('FusedConv2D', { x, filter, ...(bias && { bias }) }, attrs);
  };
  ops.matMul = (args) => {
    const { a, b, transposeA, transposeB, bias, activation } = args;
    const plain = a.rank === 2 && b.rank === 2 && a.shape[1] === b.shape[0] && !transposeA && !transposeB;
    if (!plain || !isTrained([a, b, bias], activation)) return matMul(args);
    return tf.engine().runKernel('FusedDense', { a, b, ...(bias && { bias }) }, { activation: activation ?? 'linear' });
  };
}

/** Under a gradient, in float32, with a bias for each channel and an activation whose gradient needs the result alone. */
function isTrained([x, weights, bias]: (tf.Tensor | null | undefined)[], activation: Activation): boolean {
  const { gradientDepth } = (tf.engine() as unknown as { state: { gradientDepth: number } }).state;
  return (
    gradientDepth > 0 &&
    tf.getBackend() === 'wasm' &&
    [x, weights, bias].every((tensor) => !tensor || tensor.dtype === 'float32') &&
    (!bias || (bias.rank === 1 && bias.size === weights!.shape.at(-1))) &&
    (!activation || activation === 'linear' || activation === 'relu')
  );
}

type Attributes = { strides: [number, number]; pad: 'valid' | 'same'; activation: 'linear' | 'relu' };

function registerGradients(): void {
  tf.registerGradient({
    kernelName: 'FusedConv2D',
    inputsToSave: ['x', 'filter'],
    outputsToSave: [true],
    gradFunc(dy, [x, filter, y], attributes) {
      const { strides, pad, activation } = attributes as unknown as Attributes;
      const back = activation === 'relu' ? throughRelu(dy as tf.Tensor, y!) : (dy as tf.Tensor);
      const attrs = { strides, pad, dataFormat: 'NHWC', dimRoundingMode: undefined };
      const run = (name: string, inputs: tf.NamedTensorMap, more: object) =>
        tf.engine().runKernel(name, inputs, { ...attrs, ...more } as never) as tf.Tensor;
      return {
        x: () => run('Conv2DBackpropInput', { dy: back, filter: filter! }, { inputShape: x!.shape }),
        filter: () => run('Conv2DBackpropFilter', { x: x!, dy: back }, { filterShape: filter!.shape }),
        bias: () => biasGradient(back),
      };
    },
  });
  tf.registerGradient({
    kernelName: 'FusedDense',
    inputsToSave: ['a', 'b'],
    outputsToSave: [true],
    gradFunc(dy, [a, b, y], attributes) {
      const { activation } = attributes as unknown as Attributes;
      const back = activation === 'relu' ? throughRelu(dy as tf.Tensor, y!) : (dy as tf.Tensor);
      return {
        a: () => tf.matMul(back, b!, false, true),
        b: () => tf.matMul(a!, back, true, false),
        bias: () => biasGradient(back),
      };
    },
  });
  fuseReluGradient();
  fuseSoftmaxGradient();
}

/** Behind a batch normalization a relu is a layer of its own; its gradient is three operations of tfjs. */
function fuseReluGradient(): void {
  const own = tf.getGradient('Relu');
  tf.unregisterGradient('Relu');
  tf.registerGradient({
    ...own,
    gradFunc(dy, saved, attrs) {
      const [x] = saved as [tf.Tensor];
      return isFirstOrder(x) ? { x: () => throughRelu(dy as tf.Tensor, x) } : own.gradFunc(dy, saved, attrs);
    },
  });
}

/** The gradient through a softmax is four operations of tfjs. */
function fuseSoftmaxGradient(): void {
  const own = tf.getGradient('Softmax');
  tf.unregisterGradient('Softmax');
  tf.registerGradient({
    ...own,
    gradFunc(dy, saved, attrs) {
      const [y] = saved as [tf.Tensor];
      const last = (attrs as { dim?: number }).dim === y.rank - 1;
      if (!last || !isFirstOrder(y)) return own.gradFunc(dy, saved, attrs);
      const columns = y.shape.at(-1)!;
      return {
        logits: () =>
          compute(y.shape, (kernels, at, to) =>
            kernels.softmaxGradient(at(y), at(dy as tf.Tensor), y.size / columns, columns, to),
          ),
      };
    },
  });
}

function throughRelu(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (!isFirstOrder(dy)) return dy.mul(y.step());
  return compute(y.shape, (kernels, at, to) => kernels.maskedByRelu(at(y), at(dy), y.size, to));
}

function biasGradient(dy: tf.Tensor): tf.Tensor {
  const columns = dy.shape.at(-1)!;
  if (!isFirstOrder(dy)) return dy.reshape([-1, columns]).sum(0);
  return compute([columns], (kernels, at, to) => kernels.columnSums(at(dy), dy.size / columns, columns, to, overwrite));
}

/** Our kernels leave no trace for a gradient of the gradient. */
function isFirstOrder(tensor: tf.Tensor): boolean {
  return (
    tf.getBackend() === 'wasm' &&
    tensor.dtype === 'float32' &&
    !(tf.engine() as unknown as { isTapeOn(): boolean }).isTapeOn()
  );
}

type Run = (kernels: ReturnType<typeof kernelsOn>, at: (tensor: tf.Tensor) => number, to: number) => void;

function compute(shape: number[], run: Run): tf.Tensor {
  const backend = tf.backend() as unknown as BackendWasm;
  const { dataId, dtype } = backend.makeOutput(shape, 'float32');
  const tensor = tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
  run(kernelsOn(backend), (one) => address(backend, one), address(backend, tensor));
  return tensor;
}
