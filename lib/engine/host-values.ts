import * as tf from '@tensorflow/tfjs';
import { runOnCpu } from './on-cpu.ts';

/** tfjs's WebGPU backend, as far as it is changed here. */
type Backend = {
  tensorMap: { get(dataId: object): { values: tf.TypedArray | Uint8Array[] | null } | undefined };
  uploadToGPU(dataId: object): void;
  readSync(dataId: object): unknown;
  makeTensorInfo(shape: number[], dtype: string, values: unknown): tf.TensorInfo;
};
type Slice = { inputs: { x: tf.TensorInfo }; attrs: { begin: number[]; size: number[] } };

/**
 * A GPU gives its numbers only later (`await tensor.data()`). What came from JavaScript stays readable at once all the
 * same, and so do slices of it: `test.images.slice([0], [3]).arraySync()` is in the course. Without this tfjs would want a
 * browser's canvas to read them.
 */
export function keepHostValues(): void {
  const backend = tf.backend() as unknown as Backend;
  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (dataId) => {
    const tensor = backend.tensorMap.get(dataId)!;
    const { values } = tensor;
    upload(dataId); // drops them
    tensor.values = values;
  };
  backend.readSync = (dataId) => {
    const values = backend.tensorMap.get(dataId)?.values;
    if (values) return values;
    throw new Error(
      'The engine webgpu gives what it computed only later: await tensor.data() or tensor.array() instead of dataSync() or arraySync().',
    );
  };
  sliceOnHost(backend);
}

function sliceOnHost(backend: Backend): void {
  const own = tf.getKernel('Slice', 'webgpu');
  tf.unregisterKernel('Slice', 'webgpu');
  tf.registerKernel({
    ...own,
    kernelFunc: (args) => {
      const slice = args as unknown as Slice;
      const values = backend.tensorMap.get(slice.inputs.x.dataId)?.values;
      if (!values) return own.kernelFunc(args);
      return runOnCpu('Slice', slice, {
        read: () => values,
        make: (shape, dtype, part) => backend.makeTensorInfo(shape, dtype, part),
      });
    },
  });
}
