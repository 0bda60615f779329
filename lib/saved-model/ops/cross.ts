import { boolAttr, intAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import { fingerprint64 } from './hash.ts';
import type { OpRow } from './op.ts';
import { row } from './op.ts';
import { integers, numbers } from './shape.ts';
import { latin, strings } from './text.ts';

/** Features crossed with each other: Keras's HashedCrossing, a feature column's crossed_column. */
export const CROSS: Record<string, OpRow> = {
  SparseCross: row((node) => {
    const key = BigInt.asUintN(
      64,
      node.attr.get('hash_key')?.i === undefined ? DEFAULT_KEY : BigInt(intAttr(node, 'hash_key', 0)),
    );
    const buckets = BigInt(intAttr(node, 'num_buckets', 0)) || MOST;
    const number = (parts: Part[]) => parts.reduce<bigint>((hash, part) => joined(hash, hashOf(part)), key) % buckets;
    if (boolAttr(node, 'hashed_output', false))
      return (inputs) =>
        cross(rowsOf(node, inputs), (all) => hostValue('int64', [all.length], BigInt64Array.from(all, number)));
    return (inputs) => cross(rowsOf(node, inputs), (all) => texts(all, '_X_'));
  }),
  SparseCrossV2: row((node) => (inputs) => {
    const separator = latin(strings(inputs.at(-1) as Value)[0] as Uint8Array);
    return cross(rowsOf(node, inputs), (all) => texts(all, separator));
  }),
};

const DEFAULT_KEY = 0xdecafcaffen;
const MOST = 2n ** 63n - 1n;

type Part = Uint8Array | bigint;

/** For each example, of each feature its values: sparse features come first, then those with a value in each place. */
function rowsOf(node: FlatNode, inputs: Value[]): Part[][][] {
  const count = intAttr(node, 'N', 0);
  const dense = inputs.slice(3 * count, 3 * count + (node.attr.get('dense_types')?.list?.type.length ?? 0));
  const shape = count > 0 ? numbers(inputs[2 * count] as Value) : undefined;
  const batch = shape ? (shape[0] as number) : (dense[0]?.shape[0] ?? 0);
  const rows = Array.from({ length: batch }, (): Part[][] => []);
  for (let i = 0; i < count; i++) {
    const [indices, values] = [inputs[i] as Value, inputs[count + i] as Value];
    const [places, width] = [numbers(indices), indices.shape[1] as number];
    for (const row of rows) row.push([]);
    partsOf(values).forEach((part, n) => {
      rows[places[n * width] as number]?.at(-1)?.push(part);
    });
  }
  for (const value of dense) {
    const [parts, width] = [partsOf(value), value.shape[1] ?? 1];
    rows.forEach((row, i) => {
      row.push(parts.slice(i * width, (i + 1) * width));
    });
  }
  return rows;
}

function partsOf(value: Value): Part[] {
  return value.dtype === 'string' ? strings(value) : Array.from(onHost(value) as ArrayLike<number | bigint>, BigInt);
}

/** Every choice of one value from each feature; the last feature's change first. */
function cross(rows: Part[][][], write: (all: Part[][]) => Value): Value[] {
  const crossed = rows.map((features) =>
    features.reduce<Part[][]>((all, values) => all.flatMap((some) => values.map((value) => [...some, value])), [[]]),
  );
  const all = crossed.flat();
  const places = crossed.flatMap((row, i) => row.flatMap((_, n) => [i, n]));
  return [
    integers('int64', places, [all.length, 2]),
    write(all),
    integers('int64', [rows.length, Math.max(0, ...crossed.map((row) => row.length))]),
  ];
}

function texts(all: Part[][], separator: string): Value {
  const text = (part: Part) => (typeof part === 'bigint' ? String(part) : latin(part));
  return hostValue(
    'string',
    [all.length],
    all.map((parts) => Buffer.from(parts.map(text).join(separator), 'latin1')),
  );
}

function hashOf(part: Part): bigint {
  return typeof part === 'bigint' ? BigInt.asUintN(64, part) : fingerprint64(part);
}

/** TensorFlow's FingerprintCat64. */
function joined(first: bigint, second: bigint): bigint {
  const factor = 0xc6a4a7935bd1e995n;
  const times = (x: bigint) => BigInt.asUintN(64, x * factor);
  const mix = (x: bigint) => x ^ (x >> 47n);
  return mix(times(mix(times(first ^ factor ^ times(mix(times(second)))))));
}
