import { boolAttr, intAttr, textAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import { broadcastShape, sourceIndex } from './broadcast.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
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
      const lengths = strings(x as Value).map((bytes) =>
        characters ? [...Buffer.from(bytes).toString()].length : bytes.length,
      );
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
    const [from, to] = [pattern, rewrite].map((value) => latin(strings(value as Value)[0] ?? new Uint8Array(0)));
    return mapStrings(x as Value, replacer(node, from ?? '', to ?? '', boolAttr(node, 'replace_global', true)));
  }),
  StaticRegexFullMatch: row((node) => {
    const pattern = expression(node, `^(?:${textAttr(node, 'pattern', '')})$`, '');
    return ([x]) =>
      hostValue(
        'bool',
        (x as Value).shape,
        Uint8Array.from(strings(x as Value), (bytes) => Number(pattern.test(latin(bytes)))),
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

function mapStrings(x: Value, change: (bytes: Uint8Array) => Uint8Array): Value {
  return hostValue('string', x.shape, strings(x).map(change));
}

function asString(node: FlatNode, x: Value): Value {
  const [precision, width] = [intAttr(node, 'precision', -1), intAttr(node, 'width', -1)];
  const fill = textAttr(node, 'fill', '');
  const scientific = boolAttr(node, 'scientific', false) || boolAttr(node, 'shortest', false);
  if (scientific || (fill !== '' && fill !== '0' && fill !== ' '))
    throw refuse(node, 'AsString with scientific, shortest or this fill is not supported');
  const real = /^(float|bfloat)/.test(x.dtype);
  const format = (item: unknown): string => {
    if (item instanceof Uint8Array) return latin(item);
    if (x.dtype === 'bool') return item ? 'true' : 'false';
    if (!real) return String(item);
    const number = item as number;
    if (!Number.isFinite(number)) return Number.isNaN(number) ? 'nan' : number > 0 ? 'inf' : '-inf';
    return number.toFixed(precision < 0 ? 6 : precision);
  };
  const data = Array.from(onHost(x) as ArrayLike<unknown>, (item) =>
    Buffer.from(format(item).padStart(width, fill || ' '), 'latin1'),
  );
  return hostValue('string', x.shape, data);
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

/** RE2's syntax is nearly JavaScript's: a leading (?i) becomes a flag, \1 in the rewrite becomes $1. */
function expression(node: FlatNode, pattern: string, flags: string): RegExp {
  const [, options = '', rest = ''] = pattern.match(/^(?:\(\?([ims]+)\))?([\s\S]*)$/) ?? [];
  try {
    return new RegExp(rest, [...new Set(flags + options)].join(''));
  } catch (error) {
    throw refuse(node, `Invalid pattern: ${pattern}, error: ${(error as Error).message}`);
  }
}

function replacer(node: FlatNode, pattern: string, rewrite: string, all: boolean): (bytes: Uint8Array) => Uint8Array {
  // Patterns with letters beyond ASCII match characters, all others bytes.
  const encoding = /^[\0-\x7f]*$/.test(pattern) ? 'latin1' : 'utf8';
  const regex = expression(node, pattern, all ? 'g' : '');
  const to = rewrite
    .replace(/\$/g, '$$$$')
    .replace(/\\(\d)/g, (_, digit) => (digit === '0' ? '$&' : `$${digit}`))
    .replace(/\\\\/g, '\\');
  return (bytes) => Buffer.from(Buffer.from(bytes).toString(encoding).replace(regex, to), encoding);
}

function substring(node: FlatNode, x: Value, start: Value, length: Value): Value {
  const characters = textAttr(node, 'unit', 'BYTE') === 'UTF8_CHAR';
  const shape = broadcastShape(x.shape, start.shape);
  const [fromX, fromStart] = [sourceIndex(x.shape, shape), sourceIndex(start.shape, shape)];
  const [list, starts, lengths] = [strings(x), numbers(start), numbers(length)];
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const all = list[fromX ? fromX[i]! : i]!;
    const bytes = characters ? Array.from(Buffer.from(all).toString()) : all;
    const n = fromStart ? fromStart[i]! : i;
    const at = starts[n]! < 0 ? starts[n]! + bytes.length : starts[n]!;
    if (at < 0 || at > bytes.length)
      throw refuse(node, `pos ${starts[n]} out of range for string ${latin(all)} at index ${i}`);
    const end = at + lengths[n]!;
    return Array.isArray(bytes) ? Buffer.from(bytes.slice(at, end).join('')) : bytes.subarray(at, end);
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
  const all = separator === '' ? text.split(/[\t-\r ]+/).filter((part) => part !== '') : text.split(separator);
  if (max < 0 || all.length <= max + 1) return separator === '' || text !== '' ? all : [''];
  return [...all.slice(0, max), all.slice(max).join(separator || ' ')];
}
