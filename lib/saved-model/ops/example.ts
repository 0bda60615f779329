import { intAttr, typesAttr } from '../attr.ts';
import { decode } from '../decode.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { dtypeWord, newData, sizeOf } from '../dtype.ts';
import { Example, type Feature } from '../example-schema.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { integers } from './shape.ts';
import { latin, strings } from './text.ts';

/** Serialized tf.Examples to tensors: what classify and regress requests and TF1 models begin with. */
export const EXAMPLE: Record<string, OpRow> = {
  ParseExample: row((node) => {
    const [sparse, dense] = [intAttr(node, 'Nsparse', 0), intAttr(node, 'Ndense', 0)];
    return ([serialized, , ...rest]) => {
      const keys = rest.slice(0, sparse + dense).map((value) => latin(strings(value)[0] as Uint8Array));
      return parse(node, serialized as Value, keys.slice(0, sparse), keys.slice(sparse), rest.slice(sparse + dense));
    };
  }),
  ParseExampleV2: row((node) => {
    if ((node.attr.get('ragged_split_types')?.list?.type.length ?? 0) !== typesAttr(node, 'ragged_value_types').length)
      return refusePartitions(node);
    return ([serialized, , sparse, dense, ragged, ...defaults]) => [
      ...parse(
        node,
        serialized as Value,
        strings(sparse as Value).map(latin),
        strings(dense as Value).map(latin),
        defaults,
      ),
      ...parseRagged(node, serialized as Value, strings(ragged as Value).map(latin)),
    ];
  }),
};

type Lists = Map<string, Feature>;

function refusePartitions(node: FlatNode): Kernel {
  return () => {
    throw refuse(node, 'ParseExampleV2 with ragged features of several levels is not supported');
  };
}

/** Rows of different lengths: all values, then where each example's begin. */
function parseRagged(node: FlatNode, serialized: Value, keys: string[]): Value[] {
  if (keys.length === 0) return [];
  const examples = strings(serialized).map((data, i) => readExample(node, data, i));
  const types = typesAttr(node, 'ragged_value_types');
  const splitTypes = typesAttr(node, 'ragged_split_types');
  const features = keys.map((key, i) => sparseFeature(node, key, types[i] as DType, examples));
  const splits = keys.map((key, i) => {
    let end = 0;
    const ends = examples.map((lists, n) => {
      end += valuesOf(node, lists, key, types[i] as DType, n)?.length ?? 0;
      return end;
    });
    return integers(splitTypes[i] as DType, [0, ...ends]);
  });
  return [...features.map(({ values }) => values), ...splits];
}

function parse(
  node: FlatNode,
  serialized: Value,
  sparseKeys: string[],
  denseKeys: string[],
  defaults: Value[],
): Value[] {
  const examples = strings(serialized).map((data, i) => readExample(node, data, i));
  const sparseTypes = typesAttr(node, 'sparse_types');
  const shapes = node.attr.get('dense_shapes')?.list?.shape ?? [];
  const sparse = sparseKeys.map((key, i) => sparseFeature(node, key, sparseTypes[i] as DType, examples));
  const dense = denseKeys.map((key, i) => {
    const shape = (shapes[i]?.dim ?? []).map((dim) => dim.size);
    const otherwise = defaults[i] as Value;
    const value =
      shape[0] === -1
        ? paddedFeature(node, key, shape.slice(1), otherwise, examples)
        : denseFeature(node, key, shape, otherwise, examples);
    // One example without a batch, which only the second version takes.
    return serialized.shape.length === 0 ? { ...value, shape: value.shape.slice(1) } : value;
  });
  if (serialized.shape.length === 0) for (const one of sparse) withoutBatch(one);
  return [...sparse.map((s) => s.indices), ...sparse.map((s) => s.values), ...sparse.map((s) => s.shape), ...dense];
}

/** Of one example: a place is its number in the list, without the example's. */
function withoutBatch(sparse: ReturnType<typeof sparseFeature>): void {
  const count = sparse.values.shape[0] as number;
  sparse.indices = integers(
    'int64',
    Array.from({ length: count }, (_, i) => i),
    [count, 1],
  );
  sparse.shape = integers('int64', [count]);
}

function readExample(node: FlatNode, data: Uint8Array, index: number): Lists {
  try {
    return decode(Example, data).features?.feature ?? new Map();
  } catch {
    throw refuse(node, `Could not parse example input, value: '${latin(data.subarray(0, 100))}' (example ${index})`);
  }
}

/** The values of a feature in one example; undefined when it is absent or empty of kind. */
function valuesOf(
  node: FlatNode,
  lists: Lists,
  key: string,
  dtype: DType,
  index: number,
): ArrayLike<unknown> | undefined {
  const feature = lists.get(key);
  if (!feature) return undefined;
  const kind = feature.float_list
    ? 'float32'
    : feature.int64_list
      ? 'int64'
      : feature.bytes_list
        ? 'string'
        : undefined;
  if (!kind) return undefined;
  if (kind !== dtype) {
    throw refuse(
      node,
      `Name: <unknown>, Key: ${key}, Index: ${index}.  Data types don't match. Data type: ${dtypeWord(kind)} but expected type: ${dtypeWord(dtype)}`,
    );
  }
  return (feature.float_list ?? feature.int64_list ?? feature.bytes_list)?.value;
}

function denseFeature(node: FlatNode, key: string, shape: number[], otherwise: Value, examples: Lists[]): Value {
  const dtype = otherwise.dtype as DType;
  const size = sizeOf(shape);
  const fallback = onHost(otherwise) as unknown as ArrayLike<unknown>;
  const data = newData(dtype, examples.length * size) as unknown[];
  examples.forEach((lists, i) => {
    let values = valuesOf(node, lists, key, dtype, i);
    if (!values) {
      if (fallback.length === 0 && size > 0) {
        throw refuse(
          node,
          `Name: <unknown>, Feature: ${key} (data type: ${dtypeWord(dtype)}) is required but could not be found.`,
        );
      }
      const { length } = fallback;
      values = Array.from({ length: size }, (_, n) => fallback[length === 1 ? 0 : n]);
    }
    if (values.length !== size) {
      throw refuse(
        node,
        `Name: <unknown>, Key: ${key}, Index: ${i}.  Number of ${dtypeWord(dtype)} values != expected.  Values size: ${values.length} but output shape: [${shape}]`,
      );
    }
    for (let n = 0; n < size; n++) data[i * size + n] = values[n];
  });
  return hostValue(dtype, [examples.length, ...shape], data as unknown as TensorData);
}

/** A sequence of any length, padded with the default to the longest. */
function paddedFeature(node: FlatNode, key: string, inner: number[], otherwise: Value, examples: Lists[]): Value {
  const dtype = otherwise.dtype as DType;
  const step = sizeOf(inner);
  const lists = examples.map((example, i) => valuesOf(node, example, key, dtype, i) ?? []);
  const longest = Math.max(0, ...lists.map((list) => Math.ceil(list.length / step)));
  const data = newData(dtype, examples.length * longest * step) as unknown[];
  const [pad] = onHost(otherwise) as unknown as unknown[];
  if (pad !== undefined) data.fill(pad);
  lists.forEach((list, i) => {
    for (let n = 0; n < list.length; n++) data[i * longest * step + n] = list[n];
  });
  return hostValue(dtype, [examples.length, longest, ...inner], data as unknown as TensorData);
}

function sparseFeature(node: FlatNode, key: string, dtype: DType, examples: Lists[]) {
  const lists = examples.map((example, i) => Array.from(valuesOf(node, example, key, dtype, i) ?? []));
  const places = lists.flatMap((list, i) => list.flatMap((_, n) => [i, n]));
  const flat = lists.flat();
  const data = newData(dtype, flat.length) as unknown[];
  flat.forEach((value, i) => {
    data[i] = value;
  });
  return {
    indices: integers('int64', places, [flat.length, 2]),
    values: hostValue(dtype, [flat.length], data as unknown as TensorData),
    shape: integers('int64', [examples.length, Math.max(0, ...lists.map((list) => list.length))]),
  };
}
