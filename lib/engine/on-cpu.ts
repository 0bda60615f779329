import * as tf from '@tensorflow/tfjs';

/** As tfjs's backends hold them: strings as bytes, complex numbers as real and imaginary parts in turn. */
export type Values = tf.TypedArray | Uint8Array[];
export type Inputs = Record<string, tf.TensorInfo | tf.TensorInfo[]> | tf.TensorInfo[];
/** How the numbers of another backend are read and made. */
export type Other = {
  read(tensor: tf.TensorInfo): Values;
  make(shape: number[], dtype: tf.DataType, values: Values): tf.TensorInfo;
};

/** tfjs's backend in plain JavaScript, as far as it is used. */
type Cpu = {
  /** While true, the first write prints an advertisement. */
  firstUse: boolean;
  write(values: Values, shape: number[], dtype: string): object;
  readSync(dataId: object): Values;
  disposeData(dataId: object, force: boolean): boolean;
};

/** Runs a kernel of tfjs's cpu backend for another backend, on copies. */
export function runOnCpu(
  kernelName: string,
  { inputs, attrs }: { inputs: Inputs; attrs: unknown },
  other: Other,
): tf.TensorInfo | tf.TensorInfo[] {
  const cpu = tf.findBackend('cpu') as unknown as Cpu;
  cpu.firstUse = false;
  const used: tf.TensorInfo[] = [];
  const run = (name: string, given: unknown) => {
    const args = { inputs: given, attrs, backend: cpu };
    const result = tf.getKernel(name, 'cpu').kernelFunc(args as never);
    used.push(...[result].flat());
    return result;
  };
  const write = (values: Values, shape: number[], dtype: tf.DataType) => {
    // Some kernels ask for the rank, as if they were given whole tensors.
    const tensor = { dataId: cpu.write(values, shape, dtype), shape, dtype, rank: shape.length };
    used.push(tensor);
    return tensor;
  };
  const copy = (tensor: tf.TensorInfo | undefined) => {
    if (!tensor) return undefined;
    const { shape, dtype } = tensor;
    const values = other.read(tensor);
    if (dtype !== 'complex64') return write(values, shape, dtype);
    const part = (at: number) => write(everySecond(values as Float32Array, at), shape, 'float32');
    return run('Complex', { real: part(0), imag: part(1) });
  };
  try {
    const copies = (given: tf.TensorInfo | tf.TensorInfo[]) => (Array.isArray(given) ? given.map(copy) : copy(given));
    const given = Array.isArray(inputs)
      ? inputs.map(copy)
      : Object.fromEntries(Object.entries(inputs).map(([name, tensors]) => [name, copies(tensors)]));
    const result = run(kernelName, given);
    const made = ({ shape, dtype, dataId }: tf.TensorInfo) => other.make(shape, dtype, cpu.readSync(dataId));
    return Array.isArray(result) ? result.map(made) : made(result);
  } finally {
    for (const { dataId } of used) cpu.disposeData(dataId, true);
  }
}

function everySecond(values: Float32Array, first: number): Float32Array {
  return Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + first] as number);
}
