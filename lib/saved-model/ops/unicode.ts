import { boolAttr, intAttr, textAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { integers, numbers } from './shape.ts';
import { strings } from './text.ts';

/** Characters: strings taken apart into their codes, put together, and written in another encoding. */
export const UNICODE: Record<string, OpRow> = {
  UnicodeDecode: row((node) => decoder(node, false)),
  UnicodeDecodeWithOffsets: row((node) => decoder(node, true)),
  UnicodeEncode: row((node) => {
    const encoding = textAttr(node, 'output_encoding', 'UTF-8');
    const checked = checker(node);
    return ([codes, splits]) => {
      const [list, ends] = [numbers(codes as Value), numbers(splits as Value)];
      const data = ends.slice(1).map((end, i) => {
        const known = list.slice(ends[i], end).map((code) => checked(code, isCharacter(code)));
        return encoded(
          node,
          known.filter((code) => code !== undefined),
          encoding,
        );
      });
      return hostValue('string', [data.length], data);
    };
  }),
  // TF Text's, which TensorFlow Serving has too.
  NormalizeUTF8: row((node) => {
    const form = textAttr(node, 'normalization_form', 'NFKC').toUpperCase();
    if (!/^NFK?[CD]$/.test(form)) throw refuse(node, `Offset not supported for this normalization form: ${form}`);
    return ([x]) => changed(x as Value, (text) => text.normalize(form));
  }),
  CaseFoldUTF8: row(
    () =>
      ([x]) =>
        changed(x as Value, folded),
  ),
  UnicodeTranscode: row((node) => {
    const encoding = textAttr(node, 'output_encoding', 'UTF-8');
    const read = reader(node);
    return ([x]) => {
      const data = strings(x as Value).map((bytes) => {
        const codes = read(bytes).map(({ code }) => code);
        return encoded(node, codes, encoding);
      });
      return hostValue('string', (x as Value).shape, data);
    };
  }),
};

function changed(x: Value, change: (text: string) => string): Value {
  return hostValue(
    'string',
    x.shape,
    strings(x).map((bytes) => Buffer.from(change(Buffer.from(bytes).toString()))),
  );
}

/** Capitals and small letters become the same, in ICU's NFKC_Casefold. */
function folded(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll('\u1E9E', 'ss')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
    .replace(IGNORED, '')
    .normalize('NFKC');
}

const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

type Character = { code: number; start: number };

function decoder(node: FlatNode, offsets: boolean): (inputs: Value[]) => Value[] {
  const type = typeAttr(node, 'Tsplits', 'int64');
  const read = reader(node);
  return ([x]) => {
    const rows = strings(x as Value).map(read);
    const all = rows.flat();
    let end = 0;
    const splits = integers(type, [0, ...rows.map((row) => (end += row.length))]);
    const codes = all.map(({ code }) => code);
    const starts = all.map(({ start }) => start);
    return [splits, integers('int32', codes), ...(offsets ? [integers('int64', starts)] : [])];
  };
}

function reader(node: FlatNode): (bytes: Uint8Array) => Character[] {
  const encoding = textAttr(node, 'input_encoding', 'UTF-8');
  const checked = checker(node);
  return (bytes) => {
    if (encoding.toUpperCase() !== 'UTF-8') throw refuse(node, `the encoding ${encoding} is not read, only UTF-8`);
    return scan(bytes).flatMap(({ code, start, good }) => {
      const known = checked(code, good);
      return known === undefined ? [] : [{ code: known, start }];
    });
  };
}

/** What stands for a code: itself, the replacement, or nothing. */
function checker(node: FlatNode): (code: number, good: boolean) => number | undefined {
  const errors = textAttr(node, 'errors', 'replace');
  const replacement = intAttr(node, 'replacement_char', 0xfffd);
  const control = boolAttr(node, 'replace_control_characters', false);
  return (code, good) => {
    if (good && !(control && code < 0x20)) return code;
    if (!good && errors === 'strict') throw refuse(node, 'Invalid formatting on input string');
    return errors === 'ignore' ? undefined : replacement;
  };
}

function isCharacter(code: number): boolean {
  return code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
}

/** By the first byte: how many follow, and between which the first of them lies. */
function follow(byte: number): [count: number, low: number, high: number] {
  if (byte >= 0xc2 && byte <= 0xdf) return [1, 0x80, 0xbf];
  if (byte === 0xe0) return [2, 0xa0, 0xbf];
  if (byte === 0xed) return [2, 0x80, 0x9f];
  if (byte >= 0xe1 && byte <= 0xef) return [2, 0x80, 0xbf];
  if (byte === 0xf0) return [3, 0x90, 0xbf];
  if (byte >= 0xf1 && byte <= 0xf3) return [3, 0x80, 0xbf];
  if (byte === 0xf4) return [3, 0x80, 0x8f];
  return [0, 0, 0];
}

/** The characters of UTF-8; what is none counts as one as far as it could have been the beginning of one. */
function scan(bytes: Uint8Array): (Character & { good: boolean })[] {
  const found: (Character & { good: boolean })[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    const [count, low, high] = follow(first);
    let code = first < 0x80 ? first : first & (0x3f >> count);
    let seen = 0;
    while (seen < count) {
      const byte = bytes[at + seen + 1] ?? 0;
      const fits = seen === 0 ? byte >= low && byte <= high : byte >= 0x80 && byte <= 0xbf;
      if (!fits) break;
      code = (code << 6) | (byte & 0x3f);
      seen++;
    }
    found.push({ code, start: at, good: seen === count && (count > 0 || first < 0x80) });
    at += 1 + seen;
  }
  return found;
}

function encoded(node: FlatNode, codes: number[], encoding: string): Uint8Array {
  switch (encoding) {
    case 'UTF-8':
      return Buffer.from(textOf(codes));
    case 'UTF-16-BE':
      return Buffer.from(textOf(codes), 'utf16le').swap16();
    case 'UTF-32-BE': {
      const bytes = Buffer.alloc(4 * codes.length);
      for (const [i, code] of codes.entries()) bytes.writeUInt32BE(code, 4 * i);
      return bytes;
    }
    default:
      throw refuse(node, `the encoding ${encoding} is not supported`);
  }
}

function textOf(codes: number[]): string {
  return codes.map((code) => String.fromCodePoint(code)).join('');
}
