import { typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import { rounded } from './binary.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { pick } from './places.ts';
import { checkSize, integers, numbers } from './shape.ts';
import { handleOf } from './state.ts';

/** Random numbers: with a seed the same as TensorFlow's (Philox 4 × 32), without one any. */
export const RANDOM: Record<string, OpRow> = {
  StatelessRandomGetKeyCounter: row(
    () =>
      ([seed]) =>
        keyAndCounter(onHost(seed as Value) as BigInt64Array),
  ),
  StatelessRandomGetAlg: row(() => () => integers('int32', [1], [])),
  StatelessRandomUniformV2: row((node) => stateless(node, 'dtype', (draw) => draws(draw, 1, uniform))),
  StatelessRandomNormalV2: row((node) => stateless(node, 'dtype', (draw) => draws(draw, 2, normal))),
  StatelessRandomUniformIntV2: row((node) => (inputs) => {
    const [low, high] = inputs.slice(4).map((value) => BigInt(onHost(value)[0] as never)) as [bigint, bigint];
    const wide = typeAttr(node, 'dtype', 'int32') === 'int64';
    const make = (draw: () => number) => draws(draw, wide ? 2 : 1, (words) => [whole(words, low, high) as number]);
    return stateless(node, 'dtype', make)(inputs);
  }),
  RngReadAndSkip: { effect: true, make: (node, env) => readAndSkip(node, env) },
  RandomUniform: any('dtype', () => Math.random()),
  RandomStandardNormal: any('dtype', gauss),
  TruncatedNormal: any('dtype', () => {
    for (;;) {
      const x = gauss();
      if (Math.abs(x) < 2) return x;
    }
  }),
  RandomUniformInt: {
    effect: true,
    make: (node) => (inputs) => {
      const [low, high] = inputs.slice(1).map((value) => Number(onHost(value)[0])) as [number, number];
      const make = () => low + Math.floor(Math.random() * (high - low));
      return filled(node, 'Tout', numbers(inputs[0] as Value), make);
    },
  },
  // tf.random.categorical, with which models that write text choose the next word.
  Multinomial: {
    effect: true,
    make:
      (node) =>
      ([logits, count]) =>
        choose(node, logits as Value, numbers(count as Value)[0] as number),
  },
  RandomShuffle: {
    effect: true,
    make:
      () =>
      ([x]) =>
        shuffle(x as Value),
  },
};

type Words = number[];
const [uint32, float32] = [new Uint32Array(1), new Float32Array(1)];
const bits = new Float32Array(uint32.buffer);

/** A tf.random.Generator: the counter as it was, and moved on so far that no number comes twice. */
function readAndSkip(node: FlatNode, env: Env): Kernel {
  const { name } = handleOf(node);
  return ([, count]) => {
    const old = env.state.variables.get(name);
    if (!old) throw refuse(node, `the variable "${name}" has no value: it is not in the checkpoint`);
    const [low = 0n, high = 0n, ...key] = Array.from(onHost(old) as BigInt64Array, (word) => BigInt.asUintN(64, word));
    const counter =
      (low | (high << 64n)) + BigInt.asUintN(64, BigInt((onHost(count as Value) as BigUint64Array)[0] ?? 0)) * 256n;
    env.state.variables.set(
      name,
      hostValue('int64', [old.shape[0] as number], BigInt64Array.of(counter, counter >> 64n, ...key)),
    );
    // It is read as unsigned where it is a counter, as it lies where it is given out.
    return old;
  };
}

function any(attr: string, draw: () => number): OpRow {
  return {
    effect: true,
    make:
      (node) =>
      ([shape]) =>
        filled(node, attr, numbers(shape as Value), draw),
  };
}

function filled(node: FlatNode, attr: string, shape: number[], draw: () => number): Value {
  const dtype = typeAttr(node, attr, 'float32');
  checkSize(node, shape);
  const data = newData(dtype, sizeOf(shape)) as unknown[];
  for (let i = 0; i < data.length; i++) data[i] = dtype === 'int64' ? BigInt(draw()) : draw();
  return hostValue(dtype, shape, rounded(dtype, data as never));
}

/** Gumbel's trick: the largest of the logits, each with noise of its own. */
function choose(node: FlatNode, logits: Value, count: number): Value {
  const [rows = 0, classes = 0] = logits.shape;
  if (logits.shape.length !== 2 || classes === 0)
    throw refuse(node, `logits should be a matrix with at least one column, got shape [${logits.shape}]`);
  checkSize(node, [rows, count]);
  const from = onHost(logits) as Float32Array;
  const draw = (row: number): number => {
    const scores = Array.from(
      { length: classes },
      (_, i) => from[row * classes + i]! - Math.log(-Math.log(Math.random())),
    );
    return scores.reduce((best, score, i) => (score > (scores[best] as number) ? i : best), 0);
  };
  const chosen = Array.from({ length: rows * count }, (_, i) => draw(Math.floor(i / count)));
  return integers(typeAttr(node, 'output_dtype', 'int64'), chosen, [rows, count]);
}

function gauss(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

function shuffle(x: Value): Value {
  const [count = 1, ...rest] = x.shape;
  const rows = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1));
    [rows[i], rows[other]] = [rows[other] as number, rows[i] as number];
  }
  const size = sizeOf(rest);
  return pick(
    x,
    x.shape,
    rows.flatMap((from) => Array.from({ length: size }, (_, i) => from * size + i)),
  );
}

/** The numbers of one key, in TensorFlow's order. */
function stateless(node: FlatNode, attr: string, make: (draw: () => number) => () => number): Kernel {
  return ([shape, key, counter]) => {
    const dtype = typeAttr(node, attr, 'float32');
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'int64')
      throw refuse(node, `${node.op} is not supported for ${dtype}`);
    const stream = philox(onHost(key as Value)[0] as bigint, [...(onHost(counter as Value) as BigUint64Array)]);
    return filledWith(node, dtype, numbers(shape as Value), make(stream));
  };
}

function filledWith(node: FlatNode, dtype: DType, shape: number[], draw: () => number): Value {
  checkSize(node, shape);
  const data = newData(dtype, sizeOf(shape)) as unknown[];
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return hostValue(dtype, shape, data as never);
}

/** `of` makes of so many words as many numbers as it gives. */
function draws(draw: () => number, count: number, of: (words: Words) => number[]): () => number {
  let ready: number[] = [];
  return () => {
    if (ready.length === 0) ready = of(Array.from({ length: count }, draw));
    return ready.shift() as number;
  };
}

function uniform([word]: Words): number[] {
  return [fraction(word as number)];
}

/** Box and Muller. */
function normal([first, second]: Words): number[] {
  const radius = Math.sqrt(-2 * Math.log(Math.max(fraction(first as number), 1e-7)));
  const angle = 2 * Math.PI * fraction(second as number);
  return [Math.sin(angle) * radius, Math.cos(angle) * radius];
}

/** 23 bits as a number from 0 to 1. */
function fraction(word: number): number {
  uint32[0] = (word & 0x7fffff) | 0x3f800000;
  float32[0] = (bits[0] as number) - 1;
  return float32[0];
}

function whole([low32, high32]: Words, low: bigint, high: bigint): number | bigint {
  const wide = high32 !== undefined;
  const word = BigInt(low32 as number) | (BigInt(high32 ?? 0) << 32n);
  const value = low + (word % (high - low));
  return wide ? value : Number(value);
}

/** The key and the counter that TensorFlow makes of a seed: a first round of the generator itself. */
function keyAndCounter(seed: ArrayLike<number | bigint>): Value[] {
  const [first, second] = [0, 1].map((i) => BigInt.asUintN(64, BigInt(seed[i] as number)));
  const words = [first!, second!].flatMap((word) => [Number(word & 0xffffffffn), Number(word >> 32n)]);
  const mixed = block(words, [0x3ec8f720, 0x02461e29]).map(BigInt) as [bigint, bigint, bigint, bigint];
  return [
    hostValue('uint64', [1], BigUint64Array.of(mixed[0] | (mixed[1] << 32n))),
    hostValue('uint64', [2], BigUint64Array.of(0n, mixed[2] | (mixed[3] << 32n))),
  ];
}

function philox(key: bigint, start: bigint[]): () => number {
  const keys = [Number(key & 0xffffffffn), Number(key >> 32n)];
  let counter = (start[0] as bigint) | ((start[1] ?? 0n) << 64n);
  let ready: number[] = [];
  return () => {
    if (ready.length === 0) {
      ready = block(
        [0n, 32n, 64n, 96n].map((shift) => Number((counter >> shift) & 0xffffffffn)),
        keys,
      );
      counter += 1n;
    }
    return ready.shift() as number;
  };
}

/** Ten rounds over four words. */
function block(counter: number[], key: number[]): number[] {
  let [a, b, c, d] = counter as [number, number, number, number];
  let [k, l] = key as [number, number];
  for (let round = 0; round < 10; round++) {
    const [x, y] = [BigInt(a) * 0xd2511f53n, BigInt(c) * 0xcd9e8d57n];
    [a, b, c, d] = [
      (Number(y >> 32n) ^ b ^ k) >>> 0,
      Number(y & 0xffffffffn),
      (Number(x >> 32n) ^ d ^ l) >>> 0,
      Number(x & 0xffffffffn),
    ];
    k = (k + 0x9e3779b9) >>> 0;
    l = (l + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}
