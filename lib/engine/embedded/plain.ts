import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type Inputs, runOnCpu, type Values } from '../on-cpu.ts';

type Arguments = { inputs: Inputs; attrs: { dtype?: tf.DataType }; backend: BackendWasm };
type Kernel = (args: Arguments) => tf.TensorInfo | tf.TensorInfo[];

/** What tfjs WASM lacks: Fourier transforms and the like, which tfjs's kernels in plain JavaScript do for it. */
export const LACKING = [
  ...['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
  ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'StaticRegexReplace'],
];
/** What it has, but not for complex numbers, which it would read as if they were floats. */
export const NOT_FOR_COMPLEX = ['Add', 'Cast', 'Concat', 'Multiply', 'OnesLike', 'Sub', 'ZerosLike'];

/** In plain JavaScript always, or where there is an `original`, for complex numbers. */
export function plain(kernelName: string, original?: Kernel): Kernel {
  return (args) => {
    if (original && args.attrs?.dtype !== 'complex64' && !Object.values(args.inputs).some(isComplex))
      return original(args);
    const { backend } = args;
    return runOnCpu(kernelName, args, {
      read: ({ dataId }) => backend.readSync(dataId) as Values,
      make: (shape, dtype, values) => backend.makeOutput(shape, dtype, undefined, values as never),
    });
  };
}

function isComplex(tensor: tf.TensorInfo | undefined): boolean {
  return tensor?.dtype === 'complex64';
}

/** tfjs WASM copies 8 bytes for each complex number out of its memory, and then does not know what they are. */
export function readComplex(): void {
  const backend = tf.backend() as BackendWasm;
  const read = backend.readSync.bind(backend);
  backend.readSync = (dataId, start, end) => {
    const { dtype, shape } = backend.dataIdMap.get(dataId);
    if (dtype !== 'complex64') return read(dataId, start, end);
    const [from, to] = [start || 0, end || tf.util.sizeFromShape(shape)];
    const parts = backend.typedArrayFromHeap({ dataId, shape: [...shape, 2], dtype: 'float32' });
    return parts.slice(2 * from, 2 * to);
  };
}
