/** TensorFlow's number types by the names that `tf.DType.name` prints. */
export type DType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'complex64'
  | 'complex128';

/** Elements in row-major order. bool is 0 or 1; float16 and bfloat16 hold rounded float32; strings are bytes and never decoded. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Uint8Array[];

/** A tensor in JavaScript's memory, with TensorFlow's dtype (tfjs has no int64, float64, …). */
export type HostTensor = { dtype: DType; shape: number[]; data: TensorData };

/** One input or output of a signature. */
export type TensorInfo = {
  /** Name of the tensor in the graph, e.g. `serving_default_x:0`. */
  name: string;
  dtype: DType;
  /** -1 where the size is unknown; null when the rank is unknown. */
  shape: number[] | null;
};

export type Signature = {
  inputs: Record<string, TensorInfo>;
  outputs: Record<string, TensorInfo>;
  /** e.g. `tensorflow/serving/predict`. */
  methodName: string;
  /** What an input is where a run is not given it: the default values of a tf.function's arguments. */
  defaults?: Record<string, HostTensor>;
};
