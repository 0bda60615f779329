import { isUtf8 } from 'node:buffer';
import { boolAttr, intAttr, textAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import { broadcastShape, sourceIndex } from './broadcast.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { fromRE2 } from './re2.ts';
import { integers, numbers } from './shape.ts';

/** Strings are bytes: never decoded unless the op's encoding says so, or 0xFF would not survive. */
export const TEXT: Record<string, OpRow> = {
  AsString: row(
    (node) =>
      ([x]) =>
        asString(node, x as Value),
  ),
  StringJoin: row((node) => (inputs) => join(node, inputs)),
  StringLength: row((node) => {
    const characters = textAttr(node, 'unit', 'BYTE') === 'UTF8_CHAR';
    return ([x]) => {
      const lengths = strings(x as Value).map((bytes) => (characters ? starts(bytes).length : bytes.length));
      return integers('int32', lengths, (x as Value).shape);
    };
  }),
  StringLower: row((node) => changeCase(node, (text) => text.toLowerCase(), 65, 90, 32)),
  StringUpper: row((node) => changeCase(node, (text) => text.toUpperCase(), 97, 122, -32)),
  StringStrip: row(
    () =>
      ([x]) =>
        mapStrings(x as Value, (bytes) => Buffer.from(latin(bytes).replace(/^[\t-\r ]+|[\t-\r ]+$/g, ''), 'latin1')),
  ),
  StaticRegexReplace: row((node) => {
    const replace = replacer(
      node,
      textAttr(node, 'pattern', ''),
      textAttr(node, 'rewrite', ''),
      boolAttr(node, 'replace_global', true),
    );
    return ([x]) => mapStrings(x as Value, replace);
  }),
  RegexReplace: row((node) => ([x, pattern, rewrite]) => {
    const [from, to] = [pattern, rewrite].map((value) => textOf(strings(value as Value)[0] ?? new Uint8Array(0)).text);
    return mapStrings(x as Value, replacer(node, from ?? '', to ?? '', boolAttr(node, 'replace_global', true)));
  }),
  StaticRegexFullMatch: row((node) => {
    const [, options = '', rest = ''] = textAttr(node, 'pattern', '').match(/^(\(\?[ims]+\))?([\s\S]*)$/) ?? [];
    const pattern = expression(node, `${options}^(?:${rest})$`);
    return ([x]) =>
      hostValue(
        'bool',
        (x as Value).shape,
        Uint8Array.from(strings(x as Value), (bytes) => Number(pattern.test(textOf(bytes).text))),
      );
  }),
  Substr: row(
    (node) =>
      ([x, start, length]) =>
        substring(node, x as Value, start as Value, length as Value),
  ),
  StringToNumber: row(
    (node) =>
      ([x]) =>
        toNumber(node, x as Value),
  ),
  StringSplitV2: row(
    (node) =>
      ([x, separator]) =>
        split(node, x as Value, latin(strings(separator as Value)[0] ?? new Uint8Array(0))),
  ),
};

export function strings(value: Value): Uint8Array[] {
  return onHost(value) as Uint8Array[];
}

/** One character per byte. */
export function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Where the characters of UTF-8 begin. TensorFlow counts these bytes, also where they are no characters. */
function starts(bytes: Uint8Array): number[] {
  return Array.from(bytes.keys()).filter((i) => ((bytes[i] as number) & 0xc0) !== 0x80);
}

function mapStrings(x: Value, change: (bytes: Uint8Array) => Uint8Array): Value {
  return hostValue('string', x.shape, strings(x).map(change));
}

function asString(node: FlatNode, x: Value): Value {
  const [precision, width] = [intAttr(node, 'precision', -1), intAttr(node, 'width', -1)];
  const fill = textAttr(node, 'fill', '');
  if (fill.length > 1) throw refuse(node, `Fill string must be one or fewer characters: "${fill}"`);
  const kind = boolAttr(node, 'scientific', false) ? 'e' : boolAttr(node, 'shortest', false) ? 'g' : 'f';
  const real = /^(float|bfloat)/.test(x.dtype);
  const format = (item: unknown): string => {
    if (item instanceof Uint8Array) return filled(latin(item), width, '');
    if (x.dtype === 'bool') return item ? 'true' : 'false';
    const text = real ? realText(item as number, kind, precision < 0 ? 6 : Math.min(precision, 70)) : String(item);
    return filled(text, width, fill);
  };
  const data = Array.from(onHost(x) as ArrayLike<unknown>, (item) => Buffer.from(format(item), 'latin1'));
  if (x.dtype.startsWith('complex')) throw refuse(node, `AsString is not supported for ${x.dtype}`);
  return hostValue('string', x.shape, data);
}

/** As C's printf does it: %e, %f or %g. */
export function realText(number: number, kind: 'e' | 'f' | 'g', precision: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'nan' : number > 0 ? 'inf' : '-inf';
  const sign = Object.is(number, -0) ? '-' : '';
  if (kind === 'e') return sign + exponential(number, precision);
  if (kind === 'f') return sign + fixed(number, precision);
  const digits = Math.max(precision, 1);
  const exponent = Number(number.toExponential(digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) return sign + bare(exponential(number, digits - 1));
  return sign + bare(fixed(number, Math.max(0, digits - 1 - exponent)));
}

function exponential(number: number, digits: number): string {
  const [whole = '', exponent = ''] = number.toExponential(digits).split('e');
  const [long = ''] = number.toExponential(digits + TAIL).split('e');
  const [plus, power] = [exponent.slice(0, 1), exponent.slice(1).padStart(2, '0')];
  return `${evenHalf(whole, long)}e${plus}${power}`;
}

function fixed(number: number, digits: number): string {
  // toFixed() gives up at 1e21.
  if (Math.abs(number) >= 1e21) return bigText(number, digits);
  return evenHalf(number.toFixed(digits), number.toFixed(digits + TAIL));
}

/** More digits than tell whether what follows is exactly a half. */
const TAIL = 30;

/** A half goes to the even digit in C, up in JavaScript. */
function evenHalf(text: string, long: string): string {
  if (!long.endsWith(`5${'0'.repeat(TAIL - 1)}`)) return text;
  const down = long.slice(0, -TAIL).replace(/\.$/, '');
  return Number(down.at(-1)) % 2 === 0 ? down : text;
}

function bigText(number: number, precision: number): string {
  return BigInt(number).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
}

/** Without the zeros at the end of a fraction. */
function bare(text: string): string {
  return text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '');
}

/** printf's flags: zeros stand after the sign; a space, a plus or a minus says something else than what fills up. */
function filled(text: string, width: number, fill: string): string {
  const signed = (fill === ' ' || fill === '+') && !text.startsWith('-') ? fill + text : text;
  if (fill === '-') return signed.padEnd(width);
  if (fill !== '0' || !/\d/.test(signed)) return signed.padStart(width);
  const [, sign = '', rest = ''] = signed.match(/^([+-]?)(.*)$/) ?? [];
  return sign + rest.padStart(width - sign.length, '0');
}

function join(node: FlatNode, inputs: Value[]): Value {
  const separator = Buffer.from(textAttr(node, 'separator', ''));
  const shape = inputs.find((x) => x.shape.length > 0)?.shape ?? [];
  for (const x of inputs)
    if (x.shape.length > 0 && String(x.shape) !== String(shape))
      throw refuse(node, `Input shapes do not match: [${shape}] vs. [${x.shape}]`);
  const lists = inputs.map(strings);
  const one = (i: number) =>
    Buffer.concat(lists.flatMap((list, n) => [...(n > 0 ? [separator] : []), list.length === 1 ? list[0]! : list[i]!]));
  return hostValue(
    'string',
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => one(i)),
  );
}

function changeCase(
  node: FlatNode,
  decoded: (text: string) => string,
  first: number,
  last: number,
  step: number,
): Kernel {
  const utf8 = textAttr(node, 'encoding', '') === 'utf-8';
  return ([x]) =>
    mapStrings(x as Value, (bytes) =>
      utf8
        ? Buffer.from(decoded(Buffer.from(bytes).toString()))
        : bytes.map((byte) => (byte >= first && byte <= last ? byte + step : byte)),
    );
}

function expression(node: FlatNode, pattern: string, flags = ''): RegExp {
  try {
    return fromRE2(pattern, flags);
  } catch (error) {
    throw refuse(node, `Invalid pattern: ${pattern}, error: ${(error as Error).message}`);
  }
}

/** RE2 matches characters of UTF-8; bytes that are none match as they are. */
function textOf(bytes: Uint8Array): { text: string; encoding: 'utf8' | 'latin1' } {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  return { text: Buffer.from(bytes).toString(encoding), encoding };
}

function replacer(node: FlatNode, pattern: string, rewrite: string, all: boolean): (bytes: Uint8Array) => Uint8Array {
  const regex = expression(node, pattern, all ? 'g' : '');
  return (bytes) => {
    const { text, encoding } = textOf(bytes);
    let end = -1;
    const replaced = text.replace(regex, (...match) => {
      const groups = match.slice(
        0,
        match.findIndex((part) => typeof part === 'number'),
      );
      const [found, at] = [groups[0] as string, match[groups.length] as number];
      // RE2 passes over an empty match where the last one ended; JavaScript does not.
      if (found === '' && at === end) return '';
      end = at + found.length;
      return rewrite.replace(/\\(\d|\\)/g, (_, one) => (one === '\\' ? '\\' : (groups[Number(one)] ?? '')));
    });
    return Buffer.from(replaced, encoding);
  };
}

function substring(node: FlatNode, x: Value, start: Value, length: Value): Value {
  const characters = textAttr(node, 'unit', 'BYTE') === 'UTF8_CHAR';
  const shape = broadcastShape(x.shape, start.shape);
  const [fromX, fromStart] = [sourceIndex(x.shape, shape), sourceIndex(start.shape, shape)];
  const [list, wanted, lengths] = [strings(x), numbers(start), numbers(length)];
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const all = list[fromX ? fromX[i]! : i]!;
    const places = characters ? starts(all) : undefined;
    const size = places ? places.length : all.length;
    const n = fromStart ? fromStart[i]! : i;
    const at = wanted[n]! < 0 ? wanted[n]! + size : wanted[n]!;
    if (at < 0 || at > size) throw refuse(node, `pos ${wanted[n]} out of range for string ${latin(all)} at index ${i}`);
    const end = at + lengths[n]!;
    return places ? all.subarray(places[at] ?? all.length, places[end]) : all.subarray(at, end);
  });
  return hostValue('string', shape, data);
}

function toNumber(node: FlatNode, x: Value): Value {
  const dtype = typeAttr(node, 'out_type', 'float32');
  const data = newData(dtype as DType, sizeOf(x.shape)) as unknown[];
  strings(x).forEach((bytes, i) => {
    const text = latin(bytes).trim();
    const integer = dtype.startsWith('int');
    const good = integer
      ? /^[+-]?\d+$/.test(text)
      : /^[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf|infinity|nan)$/i.test(text);
    const limit = dtype === 'int32' ? 2n ** 31n : 2n ** 63n;
    const number = good && integer ? BigInt(text) : 0n;
    if (!good || number >= limit || number < -limit)
      throw refuse(node, `StringToNumberOp could not correctly convert string: ${latin(bytes)}`);
    if (dtype === 'int64') data[i] = number;
    else data[i] = integer ? Number(number) : Number(text.replace(/inf(inity)?/i, 'Infinity').replace(/nan/i, 'NaN'));
  });
  return hostValue(dtype, x.shape, data as unknown as TensorData);
}

function split(node: FlatNode, x: Value, separator: string): Value[] {
  const max = intAttr(node, 'maxsplit', -1);
  const rows = strings(x).map((bytes) => parts(latin(bytes), separator, max));
  const values = rows.flat().map((text) => Buffer.from(text, 'latin1'));
  const indices = BigInt64Array.from(rows.flatMap((row, i) => row.flatMap((_, n) => [BigInt(i), BigInt(n)])));
  const width = Math.max(0, ...rows.map((row) => row.length));
  return [
    hostValue('int64', [values.length, 2], indices),
    hostValue('string', [values.length], values),
    integers('int64', [rows.length, width]),
  ];
}

/** Without a separator: at whitespace, and no empty parts, as Python's split does. */
function parts(text: string, separator: string, max: number): string[] {
  // The rest stays as it is written; TensorFlow adds an empty one where words end exactly there.
  if (max === 0) return [text];
  const all = separator === '' ? text.split(/[\t-\r ]+/).filter((part) => part !== '') : text.split(separator);
  if (max < 0 || all.length < max) return all;
  if (separator !== '') return all.length > max ? [...all.slice(0, max), all.slice(max).join(separator)] : all;
  const [, rest = ''] = text.match(new RegExp(`^(?:[\\t-\\r ]*[^\\t-\\r ]+){${max}}[\\t-\\r ]*([^]*)$`)) ?? [];
  return [...all.slice(0, max), rest];
}
