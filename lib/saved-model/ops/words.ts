import { boolAttr, intAttr, textAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { elementBytes, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import { fromBytes } from '../tensor-proto.ts';
import type { OpRow } from './op.ts';
import { refuse, row, wrapAxis } from './op.ts';
import { stridesOf } from './places.ts';
import { checkSize, integers, numbers } from './shape.ts';
import { latin, strings } from './text.ts';

/** Strings taken apart and put together: words, characters, encodings. */
export const WORDS: Record<string, OpRow> = {
  StringSplit: row(
    (node) =>
      ([x, delimiter]) =>
        split(
          x as Value,
          latin(strings(delimiter as Value)[0] ?? new Uint8Array(0)),
          boolAttr(node, 'skip_empty', true),
        ),
  ),
  StringNGrams: row(
    (node) =>
      ([words, splits]) =>
        ngrams(node, words as Value, splits as Value),
  ),
  ReduceJoin: row(
    (node) =>
      ([x, axes]) =>
        reduceJoin(node, x as Value, numbers(axes as Value)),
  ),
  UnsortedSegmentJoin: row(
    (node) =>
      ([x, ids, count]) =>
        segmentJoin(node, x as Value, ids as Value, numbers(count as Value)[0] as number),
  ),
  EncodeBase64: row((node) => {
    const pad = boolAttr(node, 'pad', false);
    return ([x]) =>
      changed(x as Value, (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        return Buffer.from(pad ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text);
      });
  }),
  DecodeBase64: row(
    (node) =>
      ([x]) =>
        changed(x as Value, (bytes) => {
          const text = latin(bytes);
          if (!/^[\w-]*={0,2}$/.test(text)) throw refuse(node, `Invalid character found in base64: ${text}`);
          return Buffer.from(text, 'base64url');
        }),
  ),
  DecodeRaw: row(
    (node) =>
      ([x]) =>
        decodeRaw(node, x as Value),
  ),
};

function changed(x: Value, change: (bytes: Uint8Array) => Uint8Array): Value {
  return hostValue('string', x.shape, strings(x).map(change));
}

/** At each of the delimiter's characters; without one, each byte is a part. */
function split(x: Value, delimiter: string, skipEmpty: boolean): Value[] {
  const rows = strings(x).map((bytes) => {
    const text = latin(bytes);
    const parts = delimiter === '' ? [...text] : text.split(new RegExp(`[${delimiter.replace(/[\]\\^-]/g, '\\$&')}]`));
    return skipEmpty ? parts.filter((part) => part !== '') : parts;
  });
  const values = rows.flat().map((text) => Buffer.from(text, 'latin1'));
  const places = rows.flatMap((row, i) => row.flatMap((_, n) => [i, n]));
  return [
    integers('int64', places, [values.length, 2]),
    hostValue('string', [values.length], values),
    integers('int64', [rows.length, Math.max(0, ...rows.map((row) => row.length))]),
  ];
}

function ngrams(node: FlatNode, words: Value, splits: Value): Value[] {
  const texts = strings(words).map(latin);
  const ends = numbers(splits);
  const [left, right] = [textAttr(node, 'left_pad', ''), textAttr(node, 'right_pad', '')];
  const separator = textAttr(node, 'separator', '');
  const [widths, padding] = [node.attr.get('ngram_widths')?.list?.i ?? [], intAttr(node, 'pad_width', 0)];
  const rows = ends.slice(1).map((end, i) => {
    const row = texts.slice(ends[i], end);
    const grams = widths.flatMap((width) => {
      const pad = padding < 0 ? width - 1 : Math.min(padding, width - 1);
      const padded = [...new Array<string>(pad).fill(left), ...row, ...new Array<string>(pad).fill(right)];
      const count = padded.length - width + 1;
      return Array.from({ length: Math.max(count, 0) }, (_, n) => padded.slice(n, n + width).join(separator));
    });
    return grams.length === 0 && row.length > 0 && boolAttr(node, 'preserve_short_sequences', false)
      ? [row.join(separator)]
      : grams;
  });
  let total = 0;
  const starts = [0, ...rows.map((row) => (total += row.length))];
  const data = rows.flat().map((text) => Buffer.from(text, 'latin1'));
  return [hostValue('string', [data.length], data), integers(typeAttr(node, 'Tsplits', 'int64'), starts)];
}

function reduceJoin(node: FlatNode, x: Value, given: number[]): Value {
  const rank = x.shape.length;
  const axes = (given.length > 0 ? given : x.shape.map((_, i) => rank - 1 - i)).map((axis) =>
    wrapAxis(node, axis, rank),
  );
  const separator = textAttr(node, 'separator', '');
  const [strides, list] = [stridesOf(x.shape), strings(x).map(latin)];
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const parts = new Map<number, string[]>();
  const order = [...rest, ...axes];
  const walk = (level: number, at: number, key: number): void => {
    if (level === order.length) {
      parts.set(key, [...(parts.get(key) ?? []), list[at] as string]);
      return;
    }
    const axis = order[level] as number;
    for (let i = 0; i < (x.shape[axis] as number); i++)
      walk(
        level + 1,
        at + i * (strides[axis] as number),
        level < rest.length ? key * (x.shape[axis] as number) + i : key,
      );
  };
  walk(0, 0, 0);
  const shape = boolAttr(node, 'keep_dims', false)
    ? x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : rest.map((axis) => x.shape[axis] as number);
  const data = Array.from({ length: sizeOf(shape) }, (_, i) =>
    Buffer.from((parts.get(i) ?? []).join(separator), 'latin1'),
  );
  return hostValue('string', shape, data);
}

/** Strings of one segment after each other: the words of each row of a ragged tensor. */
function segmentJoin(node: FlatNode, x: Value, ids: Value, count: number): Value {
  const inner = x.shape.slice(ids.shape.length);
  const width = sizeOf(inner);
  checkSize(node, [count, ...inner]);
  const parts = Array.from({ length: count * width }, (): string[] => []);
  const texts = strings(x).map(latin);
  numbers(ids).forEach((id, row) => {
    if (id >= count) throw refuse(node, `segment id ${id} is out of range [0, ${count})`);
    if (id >= 0) for (let i = 0; i < width; i++) parts[id * width + i]?.push(texts[row * width + i] as string);
  });
  const separator = textAttr(node, 'separator', '');
  return hostValue(
    'string',
    [count, ...inner],
    parts.map((list) => Buffer.from(list.join(separator), 'latin1')),
  );
}

function decodeRaw(node: FlatNode, x: Value): Value {
  const dtype = typeAttr(node, 'out_type', 'uint8');
  const list = onHost(x) as Uint8Array[];
  const [length, size] = [list[0]?.length ?? 0, elementBytes(dtype)];
  if (list.some((bytes) => bytes.length !== length))
    throw refuse(node, 'DecodeRaw requires input strings to all be the same size');
  if (length % size !== 0)
    throw refuse(
      node,
      `Input to DecodeRaw has length ${length} that is not a multiple of ${size}, the size of ${dtype}`,
    );
  const bytes = new Uint8Array(Buffer.concat(list));
  return hostValue(dtype, [...x.shape, length / size], fromBytes(dtype, bytes.length / size, bytes));
}
