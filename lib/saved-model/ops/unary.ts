import { floatAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, kernel, onHost, reshaped, retain } from '../device.ts';
import { dtypeWord, elementBytes, newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import { fromBytes, toBytes } from '../tensor-proto.ts';
import type { DType } from '../value.ts';
import { rounded } from './binary.ts';
import { castComplex, complexUnary } from './complex.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';

/** Ops of one tensor, element by element: on the host in double precision, on the device for float32. */
type Rule = {
  number: (x: number) => number | boolean;
  big?: (x: bigint) => bigint;
  test?: boolean;
  device?: string;
  attrs?: Record<string, unknown>;
};

export const UNARY: Record<string, OpRow> = {
  Relu: unary({ number: (x) => (x > 0 || Number.isNaN(x) ? x : 0), big: (x) => (x > 0n ? x : 0n), device: 'Relu' }),
  Relu6: unary({ number: (x) => Math.min(Math.max(x, 0), 6), device: 'Relu6' }),
  Elu: unary({ number: (x) => (x > 0 ? x : Math.expm1(x)), device: 'Elu' }),
  Selu: unary({ number: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)), device: 'Selu' }),
  LeakyRelu: row((node) => {
    const alpha = floatAttr(node, 'alpha', 0.2);
    return elementwise({ number: (x) => (x > 0 ? x : alpha * x), device: 'LeakyRelu', attrs: { alpha } }, node.name);
  }),
  Sigmoid: unary({ number: (x) => 1 / (1 + Math.exp(-x)), device: 'Sigmoid' }),
  Tanh: unary({ number: Math.tanh, device: 'Tanh' }),
  Softplus: unary({ number: (x) => (x > 30 ? x : Math.log1p(Math.exp(x))) }),
  Softsign: unary({ number: (x) => x / (1 + Math.abs(x)) }),
  Exp: unary({ number: Math.exp, device: 'Exp' }),
  Expm1: unary({ number: Math.expm1 }),
  Log: unary({ number: Math.log, device: 'Log' }),
  Log1p: unary({ number: Math.log1p }),
  Sqrt: unary({ number: Math.sqrt, device: 'Sqrt' }),
  Rsqrt: unary({ number: (x) => 1 / Math.sqrt(x), device: 'Rsqrt' }),
  Square: unary({ number: (x) => x * x, big: (x) => x * x, device: 'Square' }),
  Reciprocal: unary({ number: (x) => 1 / x }),
  Inv: unary({ number: (x) => 1 / x }),
  Neg: unary({ number: (x) => -x, big: (x) => -x, device: 'Neg' }),
  Abs: unary({ number: Math.abs, big: (x) => (x < 0n ? -x : x), device: 'Abs' }),
  Sign: unary({ number: Math.sign, big: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n) }),
  Floor: unary({ number: Math.floor }),
  Ceil: unary({ number: Math.ceil }),
  Round: unary({ number: halfEven, big: (x) => x }),
  Rint: unary({ number: halfEven }),
  Sin: unary({ number: Math.sin }),
  Cos: unary({ number: Math.cos }),
  Tan: unary({ number: Math.tan }),
  Asin: unary({ number: Math.asin }),
  Acos: unary({ number: Math.acos }),
  Atan: unary({ number: Math.atan }),
  Sinh: unary({ number: Math.sinh }),
  Cosh: unary({ number: Math.cosh }),
  Asinh: unary({ number: Math.asinh }),
  Acosh: unary({ number: Math.acosh }),
  Atanh: unary({ number: Math.atanh }),
  Erf: unary({ number: erf }),
  Erfc: unary({ number: (x) => 1 - erf(x) }),
  IsNan: unary({ number: Number.isNaN, test: true }),
  IsInf: unary({ number: (x) => Math.abs(x) === Number.POSITIVE_INFINITY, test: true }),
  IsFinite: unary({ number: Number.isFinite, test: true }),
  LogicalNot: unary({ number: (x) => x === 0, test: true }),
  Invert: unary({ number: (x) => ~x, big: (x) => ~x }),
  ZerosLike: row(
    () =>
      ([x]) =>
        filled(x as Value, 0),
  ),
  OnesLike: row(
    () =>
      ([x]) =>
        filled(x as Value, 1),
  ),
  Cast: row((node) => {
    const to = typeAttr(node, 'DstT', 'float32');
    return ([x]) => cast(x as Value, to);
  }),
  Bitcast: row((node) => ([x]) => {
    const [from, to] = [x as Value, typeAttr(node, 'type', 'float32')];
    if (from.dtype === to) return reshaped(from, from.shape);
    return bitcast(node, from, to);
  }),
};

for (const op of [
  'Identity',
  'StopGradient',
  'PreventGradient',
  'Snapshot',
  'EnsureShape',
  'CheckNumerics',
  'PlaceholderWithDefault',
]) {
  UNARY[op] = row(
    () =>
      ([x]) =>
        retain(x as Value),
  );
}

UNARY.IdentityN = row(() => (inputs) => inputs.map(retain));

const SMALL = 512;

function unary(rule: Rule): OpRow {
  return row((node) => {
    const [real, complex] = [elementwise(rule, node.name), complexUnary(node.op)];
    return (inputs) => (complex && inputs[0]?.dtype.startsWith('complex') ? complex(inputs[0]) : real(inputs));
  });
}

function elementwise(rule: Rule, name: string): (inputs: Value[]) => Value {
  const device = rule.device ? kernel(rule.device) : undefined;
  const attrs = rule.attrs ?? {};
  return ([input]) => {
    const x = input as Value;
    if (device && x.dtype === 'float32' && (x.data === undefined || sizeOf(x.shape) > SMALL) && sizeOf(x.shape) > 0) {
      return device({ x, logits: x, features: x }, attrs)[0] as Value;
    }
    const dtype = x.dtype as DType;
    const big = dtype === 'int64' || dtype === 'uint64';
    const apply = (big ? rule.big : rule.number) as ((x: unknown) => unknown) | undefined;
    if (!apply || dtype === 'string' || dtype.startsWith('complex')) {
      throw refuse({ name } as never, `not supported for ${dtypeWord(dtype)}`);
    }
    const from = onHost(x) as unknown[];
    const out = rule.test ? 'bool' : dtype;
    const data = newData(out, from.length) as unknown[];
    for (let i = 0; i < from.length; i++) data[i] = apply(from[i]);
    return hostValue(out, x.shape, rounded(out, data as never));
  };
}

function filled(x: Value, value: number): Value {
  const data = newData(x.dtype as DType, sizeOf(x.shape));
  if (value !== 0) (data as Float32Array).fill((data instanceof BigInt64Array ? BigInt(value) : value) as number);
  return hostValue(x.dtype, x.shape, data);
}

export function cast(x: Value, to: DType): Value {
  if (x.dtype === to) return retain(x);
  if (to.startsWith('complex') || x.dtype.startsWith('complex')) return castComplex(x, to);
  const from = onHost(x) as ArrayLike<number | bigint>;
  const data = newData(to, from.length) as unknown as (number | bigint)[];
  const bigTo = to === 'int64' || to === 'uint64';
  for (let i = 0; i < from.length; i++) {
    const value = from[i] as number | bigint;
    // Not a number is not zero either.
    if (to === 'bool') data[i] = Number(value !== 0 && value !== 0n);
    else if (bigTo) data[i] = typeof value === 'bigint' ? value : toBig(value);
    else
      data[i] =
        typeof value === 'bigint'
          ? /^u?int/.test(to)
            ? Number(BigInt.asIntN(32, value))
            : Number(value)
          : clamp(value, to);
  }
  return hostValue(to, x.shape, rounded(to, data as never));
}

/** The same bytes as elements of another size: more of them in a last dimension, or a last dimension less. */
function bitcast(node: FlatNode, x: Value, to: DType): Value {
  const dtype = x.dtype as DType;
  const [before, after] = [elementBytes(dtype), elementBytes(to)];
  const parts = after / before;
  const fits = before * after > 0 && (parts <= 1 || x.shape.at(-1) === parts);
  if (!fits) throw refuse(node, `Cannot bitcast from ${dtypeWord(dtype)} to ${dtypeWord(to)} with shape [${x.shape}]`);
  const shape = parts === 1 ? x.shape : parts < 1 ? [...x.shape, 1 / parts] : x.shape.slice(0, -1);
  return hostValue(to, shape, fromBytes(to, sizeOf(shape), toBytes({ dtype, shape: x.shape, data: onHost(x) })));
}

/** C++ on x86: what does not fit in an int64 becomes its minimum. */
function toBig(value: number): bigint {
  return Number.isFinite(value) && Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

function clamp(value: number, to: DType): number {
  if (to !== 'int32') return value;
  return Math.abs(value) <= 2147483648 ? Math.trunc(value) : -2147483648;
}

export function halfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** Series near zero, continued fraction far out: to 1e-15. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
