import * as tf from '@tensorflow/tfjs';

/** tfjs's WebGPU backend, as far as it is changed here. */
type Backend = {
  tensorMap: { get(dataId: object): { values: tf.TypedArray | Uint8Array[] | null } | undefined };
  uploadToGPU(dataId: object): void;
  readSync(dataId: object): unknown;
  makeTensorInfo(shape: number[], dtype: string, values: unknown): tf.TensorInfo;
};
type Host = {
  /** While true, the first write prints an advertisement. */
  firstUse: boolean;
  write(values: unknown, shape: number[], dtype: string): object;
  readSync(dataId: object): unknown;
  disposeData(dataId: object, force: boolean): boolean;
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
  const [own, plain] = [tf.getKernel('Slice', 'webgpu'), tf.getKernel('Slice', 'cpu')];
  const host = tf.findBackend('cpu') as unknown as Host;
  host.firstUse = false;
  tf.unregisterKernel('Slice', 'webgpu');
  tf.registerKernel({
    ...own,
    kernelFunc: (args) => {
      const { inputs, attrs } = args as unknown as Slice;
      const { shape, dtype, dataId } = inputs.x;
      const values = backend.tensorMap.get(dataId)?.values;
      if (!values) return own.kernelFunc(args);
      const x = { shape, dtype, dataId: host.write(values, shape, dtype) };
      const part = plain.kernelFunc({ inputs: { x }, attrs, backend: host } as never) as tf.TensorInfo;
      const out = backend.makeTensorInfo(part.shape, dtype, host.readSync(part.dataId));
      for (const one of [x, part]) host.disposeData(one.dataId, true);
      return out;
    },
  });
}
