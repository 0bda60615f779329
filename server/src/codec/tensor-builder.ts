import type { DType, HostTensor, TensorData } from '../../../lib/saved-model/value.ts';

/** The kinds of leaf that the one-pass reader knows; everything else is left to predict-request.ts. */
export type Leaf = 'float32' | 'float64' | 'integer' | 'int64' | 'bool' | 'string';

/** Collects the leaves of one tensor while they are read, in the array that becomes its data, and checks that all items have one shape. */
export class TensorBuilder {
  readonly leaf: Leaf;
  readonly min: number;
  readonly max: number;
  /** Sizes by level; -1 until the level's first list ends. */
  dims: number[] = [];
  /** -1 until the first leaf. */
  rank = -1;
  length = 0;
  data: TensorData;
  #dtype: DType;

  constructor(dtype: DType, leaf: Leaf) {
    this.#dtype = dtype;
    this.leaf = leaf;
    [this.min, this.max] = RANGES[dtype] ?? [0, 0];
    this.data = allocate(dtype, FIRST);
  }

  grow(): void {
    if (this.#dtype === 'string') return;
    const larger = allocate(this.#dtype, this.length * 2) as Float32Array;
    larger.set(this.data as Float32Array);
    this.data = larger;
  }

  /** The tensor, with `count` items in front where each item was read for itself. */
  finish(count?: number): HostTensor {
    const shape = count === undefined ? this.dims : [count, ...this.dims];
    // A copy, so that a small tensor does not hold on to the room for a large one.
    const data = this.#dtype === 'string' ? this.data : (this.data as Float32Array).slice(0, this.length);
    return { dtype: this.#dtype, shape, data };
  }
}

/** The kind of leaf that a type is read from; undefined for those that JSON cannot hold here. */
export function leafOf(dtype: DType): Leaf | undefined {
  if (dtype === 'float32' || dtype === 'float64' || dtype === 'int64' || dtype === 'bool' || dtype === 'string')
    return dtype;
  return dtype in RANGES ? 'integer' : undefined;
}

/** One image of MNIST fits without growing. */
const FIRST = 1024;

const INT32: [number, number] = [-(2 ** 31), 2 ** 31 - 1];
const RANGES: Partial<Record<DType, [number, number]>> = {
  int8: INT32,
  int16: INT32,
  int32: INT32,
  uint8: INT32,
  uint32: [0, 2 ** 32 - 1],
};

function allocate(dtype: DType, length: number): TensorData {
  switch (dtype) {
    case 'string':
      return [];
    case 'float64':
      return new Float64Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
    case 'uint32':
      return new Uint32Array(length);
    default:
      return new Float32Array(length);
  }
}
