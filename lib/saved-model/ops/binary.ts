import type { Value } from '../device.ts';
import { hostValue, kernel, onHost } from '../device.ts';
import { dtypeWord, newData, sizeOf } from '../dtype.ts';
import { fromBfloat16, fromHalf, toBfloat16, toHalf } from '../float16.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import { broadcastShape, sourceIndex } from './broadcast.ts';
import { complexBinary } from './complex.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';

/** Ops of two tensors, element by element with broadcasting. `big` is the same for int64 and uint64. */
type Rule = {
  number: (a: number, b: number) => number | boolean;
  big?: (a: bigint, b: bigint) => bigint | boolean;
  compares?: boolean;
  /** tfjs's kernel for big float32 tensors. */
  device?: string;
};

export const BINARY: Record<string, OpRow> = {
  Add: row((node) => addOrJoin(node)),
  AddV2: binary({ number: (a, b) => a + b, big: (a, b) => a + b, device: 'Add' }),
  Sub: binary({ number: (a, b) => a - b, big: (a, b) => a - b, device: 'Sub' }),
  Mul: row((node) => multiply(node)),
  MulNoNan: binary({ number: (a, b) => (b === 0 ? 0 : a * b) }),
  RealDiv: binary({ number: (a, b) => a / b, device: 'RealDiv' }),
  Div: divide(
    (a, b) => Math.trunc(a / b),
    (a, b) => a / b,
    (a, b) => a / b,
  ),
  TruncateDiv: divide(
    (a, b) => Math.trunc(a / b),
    (a, b) => a / b,
    (a, b) => Math.trunc(a / b),
  ),
  FloorDiv: divide(
    (a, b) => Math.floor(a / b),
    floorDivBig,
    (a, b) => Math.floor(a / b),
  ),
  FloorMod: divide(floorMod, (a, b) => a - floorDivBig(a, b) * b, floorMod),
  Mod: divide(
    (a, b) => a % b,
    (a, b) => a % b,
    (a, b) => a % b,
  ),
  TruncateMod: divide(
    (a, b) => a % b,
    (a, b) => a % b,
    (a, b) => a % b,
  ),
  DivNoNan: binary({ number: (a, b) => (b === 0 ? 0 : a / b) }),
  Xdivy: binary({ number: (a, b) => (a === 0 ? 0 : a / b) }),
  Xlogy: binary({ number: (a, b) => (a === 0 ? 0 : a * Math.log(b)) }),
  Pow: binary({ number: (a, b) => a ** b, big: (a, b) => a ** b }),
  Maximum: binary({ number: (a, b) => (a > b || Number.isNaN(a) ? a : b), big: larger }),
  Minimum: binary({ number: (a, b) => (a < b || Number.isNaN(a) ? a : b), big: smaller }),
  SquaredDifference: binary({
    number: (a, b) => (a - b) * (a - b),
    big: (a, b) => (a - b) * (a - b),
    device: 'SquaredDifference',
  }),
  Atan2: binary({ number: Math.atan2 }),
  Less: compare(
    (a, b) => a < b,
    (a, b) => a < b,
  ),
  LessEqual: compare(
    (a, b) => a <= b,
    (a, b) => a <= b,
  ),
  Greater: compare(
    (a, b) => a > b,
    (a, b) => a > b,
  ),
  GreaterEqual: compare(
    (a, b) => a >= b,
    (a, b) => a >= b,
  ),
  Equal: row((node) => equality(node, true)),
  NotEqual: row((node) => equality(node, false)),
  LogicalAnd: compare((a, b) => a !== 0 && b !== 0),
  LogicalOr: compare((a, b) => a !== 0 || b !== 0),
  BitwiseAnd: binary({ number: (a, b) => a & b, big: (a, b) => a & b }),
  BitwiseOr: binary({ number: (a, b) => a | b, big: (a, b) => a | b }),
  BitwiseXor: binary({ number: (a, b) => a ^ b, big: (a, b) => a ^ b }),
  LeftShift: binary({ number: (a, b) => a << b, big: (a, b) => a << b }),
  RightShift: binary({ number: (a, b) => a >> b, big: (a, b) => a >> b }),
};

/** Below this many elements a host loop is quicker than a call into the device. */
const SMALL = 512;

export function binary(rule: Rule): OpRow {
  return row((node) => make(node, rule));
}

function compare(number: (a: number, b: number) => boolean, big?: (a: bigint, b: bigint) => boolean): OpRow {
  return binary(big ? { number, big, compares: true } : { number, compares: true });
}

function make(node: FlatNode, rule: Rule): Kernel {
  const device = rule.device ? kernel(rule.device) : undefined;
  const complex = complexBinary(node.op);
  return ([a, b]) => {
    const [left, right] = [a as Value, b as Value];
    if (left.dtype !== right.dtype) {
      throw refuse(node, `${node.op}: types ${left.dtype} and ${right.dtype} do not match`);
    }
    const shape = named(node, () => broadcastShape(left.shape, right.shape));
    if (complex && left.dtype.startsWith('complex')) return complex([left, right]);
    if (device && left.dtype === 'float32' && prefersDevice(left, right, shape)) {
      return device({ a: left, b: right }, {})[0] as Value;
    }
    return onTheHost(node, rule, left, right, shape);
  };
}

/** Where the tensors are now, decides; small ones are worked on where no call is needed. */
export function prefersDevice(a: Value, b: Value, shape: number[]): boolean {
  return a.data === undefined || b.data === undefined || sizeOf(shape) > SMALL;
}

function onTheHost(node: FlatNode, rule: Rule, a: Value, b: Value, shape: number[]): Value {
  const dtype = a.dtype as DType;
  const out = rule.compares ? 'bool' : dtype;
  const big = dtype === 'int64' || dtype === 'uint64';
  const apply = (big ? rule.big : rule.number) as ((a: unknown, b: unknown) => unknown) | undefined;
  if (!apply || dtype === 'string' || dtype.startsWith('complex')) {
    throw refuse(node, `${node.op} is not supported for ${dtypeWord(dtype)}`);
  }
  const data = newData(out, sizeOf(shape)) as unknown[];
  const left = onHost(a) as unknown[];
  const right = onHost(b) as unknown[];
  // Mostly shapes are the same, or one is a single number: no list of places is needed then.
  const [stepLeft, stepRight] = [left, right].map((list) => (list.length === data.length ? 1 : 0)) as [number, number];
  if ((stepLeft || left.length === 1) && (stepRight || right.length === 1)) {
    for (let i = 0; i < data.length; i++) data[i] = apply(left[i * stepLeft], right[i * stepRight]);
    return hostValue(out, shape, rounded(out, data as never));
  }
  const fromLeft = sourceIndex(a.shape, shape);
  const fromRight = sourceIndex(b.shape, shape);
  for (let i = 0; i < data.length; i++) {
    data[i] = apply(left[fromLeft ? fromLeft[i]! : i], right[fromRight ? fromRight[i]! : i]);
  }
  return hostValue(out, shape, rounded(out, data as never));
}

/** float16 and bfloat16 live as float32 that those types can hold. */
export function rounded(dtype: DType, data: Value['data'] & object): Value['data'] & object {
  if (dtype === 'float16') return (data as Float32Array).map((x) => fromHalf(toHalf(x)));
  if (dtype === 'bfloat16') return (data as Float32Array).map((x) => fromBfloat16(toBfloat16(x)));
  return data;
}

/** `a + b` of strings in Python is the op Add, and puts each after the other; AddV2 takes numbers only. */
function addOrJoin(node: FlatNode): Kernel {
  const add = make(node, { number: (a, b) => a + b, big: (a, b) => a + b, device: 'Add' });
  return (inputs) => {
    const [a, b] = inputs as [Value, Value];
    if (a.dtype !== 'string' || b.dtype !== 'string') return add(inputs);
    const shape = named(node, () => broadcastShape(a.shape, b.shape));
    const [left, right] = [onHost(a) as Uint8Array[], onHost(b) as Uint8Array[]];
    const [fromLeft, fromRight] = [sourceIndex(a.shape, shape), sourceIndex(b.shape, shape)];
    const both = (i: number) =>
      Buffer.concat([left[fromLeft ? fromLeft[i]! : i]!, right[fromRight ? fromRight[i]! : i]!]);
    return hostValue(
      'string',
      shape,
      Array.from({ length: sizeOf(shape) }, (_, i) => both(i)),
    );
  };
}

/** int32 products can exceed 2^53, so they need the multiplication of 32-bit integers. */
function multiply(node: FlatNode): Kernel {
  const plain = make(node, { number: (a, b) => a * b, big: (a, b) => a * b, device: 'Multiply' });
  const integer = make(node, { number: Math.imul });
  return (inputs) => (inputs[0]?.dtype === 'int32' || inputs[0]?.dtype === 'uint32' ? integer : plain)(inputs);
}

function divide(
  integer: (a: number, b: number) => number,
  big: (a: bigint, b: bigint) => bigint,
  real: (a: number, b: number) => number,
): OpRow {
  return row((node) => {
    const checked = (a: number, b: number) => {
      if (b === 0) throw refuse(node, 'Integer division by zero');
      return integer(a, b);
    };
    const checkedBig = (a: bigint, b: bigint) => {
      if (b === 0n) throw refuse(node, 'Integer division by zero');
      return big(a, b);
    };
    const forReal = make(node, { number: real });
    const forInteger = make(node, { number: checked, big: checkedBig });
    return (inputs) => (/^(float|bfloat)/.test(inputs[0]?.dtype ?? '') ? forReal : forInteger)(inputs);
  });
}

// Math.max takes no bigint.
export function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

export function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function floorMod(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function floorDivBig(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** Also for strings, byte by byte. */
function equality(node: FlatNode, wanted: boolean): Kernel {
  const numbers = make(node, {
    number: (a, b) => (a === b) === wanted,
    big: (a, b) => (a === b) === wanted,
    compares: true,
  });
  return (inputs) => {
    const [a, b] = inputs as [Value, Value];
    if (a.dtype !== 'string') return numbers(inputs);
    const shape = named(node, () => broadcastShape(a.shape, b.shape));
    const [left, right] = [onHost(a) as Uint8Array[], onHost(b) as Uint8Array[]];
    const fromLeft = sourceIndex(a.shape, shape);
    const fromRight = sourceIndex(b.shape, shape);
    const same = (i: number) =>
      Buffer.compare(left[fromLeft ? fromLeft[i]! : i]!, right[fromRight ? fromRight[i]! : i]!) === 0;
    return hostValue(
      'bool',
      shape,
      Uint8Array.from({ length: sizeOf(shape) }, (_, i) => Number(same(i) === wanted)),
    );
  };
}

/** A message without its node gets it. */
function named<T>(node: FlatNode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refuse(node, (error as Error).message);
  }
}
