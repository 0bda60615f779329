import { boolAttr, floatAttr, intAttr, textAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { numbers } from './shape.ts';
import { halfEven } from './unary.ts';

/** Numbers rounded to what an integer type of few bits could tell apart, as networks trained for such types have them. */
export const QUANTIZE: Record<string, OpRow> = {
  FakeQuantWithMinMaxArgs: row((node) => {
    const [low, high] = [floatAttr(node, 'min', -6), floatAttr(node, 'max', 6)];
    return ([x]) => fakeQuant(node, x as Value, [low], [high]);
  }),
  FakeQuantWithMinMaxVars: row(
    (node) =>
      ([x, low, high]) =>
        fakeQuant(node, x as Value, floats(low), floats(high)),
  ),
  FakeQuantWithMinMaxVarsPerChannel: row(
    (node) =>
      ([x, low, high]) =>
        fakeQuant(node, x as Value, floats(low), floats(high)),
  ),
  QuantizeAndDequantizeV2: row(
    (node) =>
      ([x, low, high]) =>
        thereAndBack(node, x as Value, [low as Value, high as Value], intAttr(node, 'num_bits', 8)),
  ),
  QuantizeAndDequantizeV3: row(
    (node) =>
      ([x, low, high, count]) =>
        thereAndBack(node, x as Value, [low as Value, high as Value], numbers(count as Value)[0] as number),
  ),
  QuantizeAndDequantizeV4: row(
    (node) =>
      ([x, low, high]) =>
        thereAndBack(node, x as Value, [low as Value, high as Value], intAttr(node, 'num_bits', 8)),
  ),
};

function floats(value: Value | undefined): number[] {
  return Array.from(onHost(value as Value) as Float32Array);
}

/** One range, or one for each channel; moved a little, so that zero is one of the steps. */
function fakeQuant(node: FlatNode, x: Value, lows: number[], highs: number[]): Value {
  const from = onHost(x) as Float32Array;
  const first = boolAttr(node, 'narrow_range', false) ? 1 : 0;
  const last = 2 ** intAttr(node, 'num_bits', 8) - 1;
  if (lows.length > 1 && lows.length !== x.shape.at(-1))
    throw refuse(node, `min has incorrect size, expected ${x.shape.at(-1)} was ${lows.length}`);
  const ranges = lows.map((low, i) => {
    const high = highs[i] as number;
    const step = Math.fround((high - low) / (last - first));
    const zero = Math.round(Math.min(Math.max(Math.fround(first - low / step), first), last));
    return { step, bottom: Math.fround((first - zero) * step), top: Math.fround((last - zero) * step) };
  });
  const data = from.map((value, i) => {
    const { step, bottom, top } = ranges[i % ranges.length]!;
    // A range of nothing at all.
    if (!(step > 0)) return 0;
    const inside = Math.fround(Math.min(Math.max(value, bottom), top) - bottom);
    return Math.floor(Math.fround(Math.fround(inside / step) + 0.5)) * step + bottom;
  });
  return hostValue(x.dtype, x.shape, data);
}

/** By a scale that maps zero to zero. */
function thereAndBack(node: FlatNode, x: Value, range: [Value, Value], bits: number): Value {
  if (intAttr(node, 'axis', -1) !== -1) throw refuse(node, `${node.op} along an axis is not supported`);
  const from = onHost(x) as Float32Array;
  const signed = boolAttr(node, 'signed_input', true);
  const most = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const least = signed ? -most - (boolAttr(node, 'narrow_range', false) ? 0 : 1) : 0;
  const given = boolAttr(node, 'range_given', false);
  let [low, high] = given
    ? (range.map((value) => floats(value)[0]) as [number, number])
    : [from.reduce((a, b) => Math.min(a, b), Infinity), from.reduce((a, b) => Math.max(a, b), -Infinity)];
  const [fromLow, fromHigh] = [least * low > 0 ? least / low : Infinity, most * high > 0 ? most / high : Infinity];
  const scale = Math.min(fromLow, fromHigh);
  if (sizeOf(x.shape) === 0 || scale === Infinity) return hostValue(x.dtype, x.shape, from.slice());
  if (fromLow < fromHigh) high = most / scale;
  else low = least / scale;
  const even = textAttr(node, 'round_mode', 'HALF_TO_EVEN') === 'HALF_TO_EVEN';
  const round = even ? halfEven : (value: number) => Math.floor(value + 0.5);
  const data = from.map((value) => round(Math.fround(Math.min(Math.max(value, low), high) * scale)) / scale);
  return hostValue(x.dtype, x.shape, data);
}
