import { tf } from '../engine/index.ts';
import { newData, sizeOf } from './dtype.ts';
import type { DType, HostTensor, TensorData } from './value.ts';

/**
 * A tensor while a plan runs: on the host (`data`), on the engine's device (`dataId`), or on both. It moves when an op
 * needs the other side. Constants live as long as the model; everything else is counted and freed at its last use.
 */
export type Value = {
  dtype: DType | 'variant';
  shape: number[];
  data: TensorData | undefined;
  dataId: object | undefined;
  refs: number;
  /** The tensors of a TensorList (undefined where none was set yet), a value like any other: never changed in place. */
  items?: (Value | undefined)[];
};

/** What tfjs kernels take and give; a Value with a `dataId` is one. */
type Info = { dataId: object; shape: number[]; dtype: string };
type Backend = {
  write(values: unknown, shape: number[], dtype: string): object;
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array;
  disposeData(dataId: object, force?: boolean): boolean;
  incRef(dataId: object): void;
  /** tfjs-node's own record of its tensors. */
  tensorMap?: { get(dataId: object): { shape: number[] } | undefined };
};
export type Attrs = Record<string, unknown>;
type KernelFunc = (args: { inputs: Record<string, unknown>; attrs: Attrs; backend: unknown }) => Info | Info[];

/** tfjs's low-level door to its kernels: no engine, no tape, no Tensor objects; a tenth of the cost of `tf.*` on one image. */
const { getKernel } = tf as unknown as {
  getKernel(name: string, backend: string): { kernelFunc: KernelFunc } | undefined;
};

/** A plan reads numbers while it runs, which WebGPU gives only later: there, the embedded engine stands by. */
const name = tf.getBackend() === 'webgpu' ? 'wasm' : tf.getBackend();
const backend = tf.findBackend(name) as unknown as Backend;
/** tfjs-node's kernels call ops of tfjs on their inputs, which must be real Tensors for that. */
const callsOps = name === 'tensorflow';
const cpu = () => tf.findBackend('cpu') as unknown as Backend;

export function hostValue(dtype: Value['dtype'], shape: number[], data: TensorData): Value {
  return { dtype, shape, data, dataId: undefined, refs: 1 };
}

export function listValue(items: (Value | undefined)[]): Value {
  return { dtype: 'variant', shape: [], data: undefined, dataId: undefined, refs: 1, items };
}

/** What a TF1 Switch sends into the branch that is not taken. It is compared, never read. */
export const DEAD: Value = { ...hostValue('bool', [], new Uint8Array(1)), refs: Number.MAX_SAFE_INTEGER };

/** The elements in JavaScript's memory. */
export function onHost(value: Value): TensorData {
  if (value.data === undefined) value.data = backend.readSync(value.dataId as object);
  return value.data;
}

/** The same value, with its elements on the device. */
export function onDevice(value: Value): Info {
  if (value.dataId === undefined) {
    const dtype = deviceType(value.dtype);
    value.dataId = backend.write(forDevice(value.data as TensorData, dtype), value.shape, dtype);
  }
  return value as unknown as Info;
}

/** The engine takes the bytes as they are: a float64's would be read as two numbers, a byte's not at all. */
function forDevice(data: TensorData, dtype: string): TensorData {
  return dtype === 'float32' && !(data instanceof Float32Array) && !Array.isArray(data)
    ? Float32Array.from(data as ArrayLike<number | bigint>, Number)
    : data;
}

/** Whether a tensor of the engine lies where plans compute. */
export function ownsTensor(dataId: object): boolean {
  return (backend as { dataIdMap?: { has(dataId: object): boolean } }).dataIdMap?.has(dataId) ?? false;
}

/** A tensor of the engine as a value; the tensor stays its owner's. */
export function borrowed(dtype: DType, shape: number[], dataId: object): Value {
  backend.incRef(dataId);
  return { dtype, shape, data: undefined, dataId, refs: 1 };
}

/** Other dimensions over the same elements, wherever they are. */
export function reshaped(value: Value, shape: number[]): Value {
  if (value.dataId !== undefined) backend.incRef(value.dataId);
  return { dtype: value.dtype, shape, data: value.data, dataId: value.dataId, refs: 1 };
}

export function retain(value: Value): Value {
  value.refs++;
  return value;
}

export function release(value: Value): void {
  if (--value.refs > 0) return;
  if (value.dataId !== undefined) backend.disposeData(value.dataId);
  value.dataId = undefined;
  for (const item of value.items ?? []) if (item) release(item);
}

/** A kernel of tfjs ready to be called: on the device where it has it, else tfjs's plain JavaScript one on the host. */
export function kernel(
  kernelName: string,
): ((inputs: Record<string, Value | undefined>, attrs: Attrs) => Value[]) | undefined {
  const own = getKernel(kernelName, name)?.kernelFunc;
  if (own) return (inputs, attrs) => callDevice(own, inputs, attrs);
  const plain = getKernel(kernelName, 'cpu')?.kernelFunc;
  return plain && ((inputs, attrs) => callHost(plain, inputs, attrs));
}

/** The same for one that every engine has, with a single result. */
export function needKernel(kernelName: string): (inputs: Record<string, Value | undefined>, attrs: Attrs) => Value {
  const call = kernel(kernelName);
  if (!call) throw new Error(`the engine has no kernel ${kernelName}`);
  return (inputs, attrs) => call(inputs, attrs)[0] as Value;
}

function callDevice(func: KernelFunc, inputs: Record<string, Value | undefined>, attrs: Attrs): Value[] {
  for (const key in inputs) {
    const value = inputs[key];
    if (value !== undefined && value.dataId === undefined) onDevice(value);
  }
  const out = callsOps ? callWithTensors(func, inputs, attrs) : func({ inputs, attrs, backend });
  return Array.isArray(out) ? out.map(deviceValue) : [deviceValue(out)];
}

/**
 * Each Tensor that is made here counts its data once; the tidy's end takes that back, so results are counted once more.
 * TensorFlow keeps the shape with the data, so other dimensions over the same elements are an op there.
 */
function callWithTensors(func: KernelFunc, inputs: Record<string, Value | undefined>, attrs: Attrs): Info[] {
  const out: Info[] = [];
  tf.tidy(() => {
    const tensors: Record<string, tf.Tensor> = {};
    for (const key in inputs) {
      const value = inputs[key];
      if (!value) continue;
      const dataId = value.dataId as object;
      backend.incRef(dataId);
      const shape = backend.tensorMap?.get(dataId)?.shape ?? value.shape;
      const info = { dataId, shape, dtype: deviceType(value.dtype) };
      const tensor = tf.engine().makeTensorFromTensorInfo(info as tf.TensorInfo);
      tensors[key] = shape.join() === value.shape.join() ? tensor : tf.reshape(tensor, value.shape);
    }
    const made = func({ inputs: tensors, attrs, backend });
    for (const one of Array.isArray(made) ? made : [made]) {
      if (one instanceof tf.Tensor) backend.incRef(one.dataId);
      out.push({ dataId: one.dataId, shape: one.shape, dtype: one.dtype });
    }
  });
  return out;
}

function deviceValue({ dataId, shape, dtype }: Info): Value {
  return { dtype: dtype as DType, shape, data: undefined, dataId, refs: 1 };
}

function callHost(func: KernelFunc, inputs: Record<string, Value | undefined>, attrs: Attrs): Value[] {
  const host = cpu();
  const infos: Record<string, Info> = {};
  for (const key in inputs) {
    const value = inputs[key];
    if (!value) continue;
    const dtype = deviceType(value.dtype);
    infos[key] = { dataId: host.write(onHost(value), value.shape, dtype), shape: value.shape, dtype };
  }
  const out = func({ inputs: infos, attrs, backend: host });
  const values = (Array.isArray(out) ? out : [out]).map((info) => {
    const data = host.readSync(info.dataId);
    host.disposeData(info.dataId, true);
    return hostValue(info.dtype as DType, info.shape, data);
  });
  for (const info of Object.values(infos)) host.disposeData(info.dataId, true);
  return values;
}

function deviceType(dtype: Value['dtype']): string {
  return dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
}

/** A constant: never freed by a plan, only by `close`. */
export function constant(tensor: HostTensor): Value {
  return { ...hostValue(tensor.dtype, tensor.shape, tensor.data), refs: Number.MAX_SAFE_INTEGER };
}

export function freeConstant(value: Value): void {
  value.refs = 1;
  release(value);
}

export function zeros(dtype: DType, shape: number[]): Value {
  return hostValue(dtype, shape, newData(dtype, sizeOf(shape)));
}
