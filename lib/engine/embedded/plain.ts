import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type Inputs, runOnCpu, type Values } from '../on-cpu.ts';

/**
 * What tfjs WASM lacks: Fourier transforms and the like, which tfjs's kernels in plain JavaScript do for it. Its dilation takes the
 * smallest positive number for the least, so that its gradients go astray too.
 */
export const LACKING = [
  ...['Dilation2D', 'Dilation2DBackpropFilter', 'Dilation2DBackpropInput'],
  ...['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
  ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'StaticRegexReplace'],
];
export type Arguments = {
  inputs: Inputs;
  attrs: { [name: string]: unknown; dtype?: tf.DataType; dataFormat?: string };
  backend: BackendWasm;
};
export type Kernel = (args: Arguments) => tf.TensorInfo | tf.TensorInfo[];
type Case = (args: Arguments) => boolean;

const channelsFirst: Case = ({ attrs }) => attrs.dataFormat === 'NCHW';
const unusualBias: Case = ({ inputs }) => ((inputs as Named).bias?.shape.length ?? 1) !== 1;

/** What tfjs WASM has, but not for these: channels that come first, and what lies before a tensor as its padding. */
const CASES: Record<string, Case[]> = {
  ...forEach(['Conv2D', 'Conv2DBackpropFilter', 'DepthwiseConv2dNative'], channelsFirst),
  Conv2DBackpropInput: [channelsFirst, otherSize],
  ...forEach(['FusedConv2D', 'FusedDepthwiseConv2D'], channelsFirst, unusualBias),
  ...forEach(['AvgPool', 'MaxPool'], outside),
  _FusedMatMul: [unusualBias],
  Bincount: [({ inputs }) => (inputs as Named).x?.shape.length !== 1],
  Cast: [({ attrs }) => attrs.dtype === 'complex64'],
  ...forEach(['Maximum', 'Minimum'], ({ inputs, backend }) => hasNaN((inputs as Named).b!, backend)),
  Prelu: [broadcastsAlpha],
  PadV2: [({ attrs }) => (attrs.paddings as number[][]).flat().some((size) => size < 0)],
  Select: [({ inputs }) => (inputs as Named).t?.dtype === 'bool'],
  OneHot: [({ attrs }) => attrs.dtype !== 'int32'],
  Fill: [({ attrs }) => typeof attrs.value === 'string'],
};
export const IN_PART = Object.keys(CASES);

/** In plain JavaScript always, or where there is an `original`, in the cases that are not for it. */
export function plain(kernelName: string, original?: Kernel): Kernel {
  return (args) => {
    if (original && !CASES[kernelName]?.some((isCase) => isCase(args))) return original(args);
    const { backend } = args;
    return runOnCpu(kernelName, args, {
      read: ({ dataId }) => backend.readSync(dataId) as Values,
      make: (shape, dtype, values) => backend.makeOutput(shape, dtype, undefined, values as never),
    });
  };
}

type Named = Record<string, tf.TensorInfo | undefined>;

function forEach(names: string[], ...cases: Case[]): Record<string, Case[]> {
  return Object.fromEntries(names.map((name) => [name, cases]));
}

export function tensorsOf(inputs: Inputs): tf.TensorInfo[] {
  return Object.values(inputs)
    .flat()
    .filter((tensor) => tensor !== undefined && tensor !== null);
}

/** Of a number and NaN tfjs WASM takes the one that comes first; of TensorFlow's both are NaN. */
function hasNaN(tensor: tf.TensorInfo, backend: BackendWasm): boolean {
  if (tensor.dtype !== 'float32') return false;
  for (const value of backend.typedArrayFromHeap(tensor)) if (Number.isNaN(value)) return true;
  return false;
}

/** tfjs WASM repeats the slopes over the leading axes alone, and gives the result the shape of its input. */
function broadcastsAlpha({ inputs }: Arguments): boolean {
  const { x, alpha } = inputs as Record<string, tf.TensorInfo>;
  if (alpha!.shape.length > x!.shape.length) return true;
  const first = alpha!.shape.findIndex((size) => size !== 1);
  if (first < 0) return false;
  const axes = alpha!.shape.slice(first);
  return !tf.util.arraysEqual(axes, x!.shape.slice(-axes.length));
}

/** A transposed convolution of more or less than its output would have come from: what fits is used, as tfjs does. */
function otherSize({ inputs, attrs }: Arguments): boolean {
  const { dy, filter } = inputs as Record<string, tf.TensorInfo>;
  const { inputShape, strides, pad, dimRoundingMode } = attrs as unknown as Pool & { inputShape: Shape4 };
  const shapes = [inputShape, filter!.shape as Shape4] as const;
  const { outShape } = tf.backend_util.computeConv2DInfo(...shapes, strides, 1, pad, dimRoundingMode);
  return !tf.util.arraysEqual(outShape, dy!.shape);
}

/** Whether a window lies wholly in the padding. */
function outside({ inputs, attrs }: Arguments): boolean {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as Pool;
  const { shape } = (inputs as Named).x as tf.TensorInfo;
  const sizes = [filterSize, strides] as [number, number];
  const pool = tf.backend_util.computePool2DInfo(shape as Shape4, ...sizes, 1, pad, dimRoundingMode);
  const { filterHeight, filterWidth, inHeight, inWidth, padInfo } = pool;
  return (
    padInfo.top >= filterHeight ||
    padInfo.left >= filterWidth ||
    (pool.outHeight - 1) * pool.strideHeight - padInfo.top >= inHeight ||
    (pool.outWidth - 1) * pool.strideWidth - padInfo.left >= inWidth
  );
}

type Shape4 = [number, number, number, number];
type Pool = {
  filterSize: number;
  strides: number;
  pad: 'valid' | 'same';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};
