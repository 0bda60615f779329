import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  checkNumber,
  checkString,
  isHighSurrogate,
  numberAt,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
} from './json-syntax.ts';

/**
 * A value in bytes that checkValue has passed. Nothing is unpacked until it is asked for, so a body of any size costs no more
 * than its bytes; each function may therefore trust the syntax.
 */
export type Json = { bytes: Uint8Array; at: number };
export type JsonType = 'Null' | 'False' | 'True' | 'Object' | 'Array' | 'String' | 'Number';
export type Member = { name: string; value: Json };

/** RapidJSON's names, as TF Serving's error texts print them. */
export function typeOf({ bytes, at }: Json): JsonType {
  switch (bytes[at]) {
    case QUOTE:
      return 'String';
    case OPEN_LIST:
      return 'Array';
    case OPEN_OBJECT:
      return 'Object';
    case 110:
      return 'Null';
    case 116:
      return 'True';
    case 102:
      return 'False';
    default:
      return 'Number';
  }
}

/** The offset after a value. */
export function endOf({ bytes, at }: Json): number {
  const type = typeOf({ bytes, at });
  if (type === 'String') return checkString(bytes, at);
  if (type === 'Number') return checkNumber(bytes, at);
  if (type === 'False') return at + 5;
  if (type === 'Null' || type === 'True') return at + 4;
  let depth = 0;
  for (let i = at; ; ) {
    const c = bytes[i];
    if (c === QUOTE) i = checkString(bytes, i);
    else {
      if (c === OPEN_LIST || c === OPEN_OBJECT) depth++;
      else if ((c === CLOSE_LIST || c === CLOSE_OBJECT) && --depth === 0) return i + 1;
      i++;
    }
  }
}

export function* elements({ bytes, at }: Json): Generator<Json> {
  let i = skipSpace(bytes, at + 1);
  while (bytes[i] !== CLOSE_LIST) {
    const value = { bytes, at: i };
    yield value;
    i = skipSpace(bytes, endOf(value));
    if (bytes[i] === COMMA) i = skipSpace(bytes, i + 1);
  }
}

export function* members({ bytes, at }: Json): Generator<Member> {
  let i = skipSpace(bytes, at + 1);
  while (bytes[i] !== CLOSE_OBJECT) {
    const name = stringAt({ bytes, at: i }).toString();
    const colon = skipSpace(bytes, checkString(bytes, i));
    const value = { bytes, at: skipSpace(bytes, colon + 1) };
    yield { name, value };
    i = skipSpace(bytes, endOf(value));
    if (bytes[i] === COMMA) i = skipSpace(bytes, i + 1);
  }
}

/** TF Serving reads the name of an input or feature as a C string: it ends at a NUL. */
export function keyOf(name: string): string {
  const end = name.indexOf('\0');
  return end < 0 ? name : name.slice(0, end);
}

/** The first member of that name; RapidJSON takes the first one too. */
export function find(object: Json, name: string): Json | undefined {
  for (const member of members(object)) if (member.name === name) return member.value;
  return undefined;
}

export function sizeOf(list: Json): number {
  let size = 0;
  for (const _ of elements(list)) size++;
  return size;
}

/** The bytes that a string stands for; they need not be UTF-8. */
export function stringAt({ bytes, at }: Json): Buffer {
  const end = checkString(bytes, at) - 1;
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset + at + 1, end - at - 1);
  if (!raw.includes(BACKSLASH)) return raw;
  const out = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let i = 0; i < raw.length; ) {
    const c = raw[i] as number;
    if (c !== BACKSLASH) {
      out[length++] = c;
      i++;
      continue;
    }
    const letter = raw[i + 1] as number;
    if (letter !== 117) {
      out[length++] = PLAIN[String.fromCharCode(letter)] ?? letter;
      i += 2;
      continue;
    }
    const unit = Number.parseInt(raw.toString('latin1', i + 2, i + 6), 16);
    const pair = isHighSurrogate(unit);
    if (unit >= 0xdc00 && unit <= 0xdfff) {
      // Half a pair becomes three bytes like any other unit of its size, which is no UTF-8.
      out[length++] = 0xe0 | (unit >> 12);
      out[length++] = 0x80 | ((unit >> 6) & 63);
      out[length++] = 0x80 | (unit & 63);
    } else {
      const low = pair ? [Number.parseInt(raw.toString('latin1', i + 8, i + 12), 16)] : [];
      length += out.write(String.fromCharCode(unit, ...low), length);
    }
    i += pair ? 12 : 6;
  }
  return out.subarray(0, length);
}

const PLAIN: Record<string, number> = { b: 8, f: 12, n: 10, r: 13, t: 9 };

/** The number as a double; `-0` without a point is the integer 0, as RapidJSON has it. */
export function numberOf({ bytes, at }: Json): number {
  const minus = bytes[at] === 45;
  const first = bytes[minus ? at + 1 : at];
  if (first === 78) return Number.NaN;
  if (first === 73) return minus ? -Infinity : Infinity;
  const integer = integerOf({ bytes, at });
  return integer === 0n ? 0 : numberAt(bytes, at, checkNumber(bytes, at));
}

/** The exact integer, or undefined for anything written with a point or an exponent, or beyond 64 bits. */
export function integerOf({ bytes, at }: Json): bigint | undefined {
  const end = checkNumber(bytes, at);
  const from = bytes[at] === 45 ? at + 1 : at;
  for (let i = from; i < end; i++) {
    const c = bytes[i] as number;
    if (c < 48 || c > 57) return undefined;
  }
  if (end - from > 20) return undefined;
  const value = BigInt(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1'));
  return value >= -(2n ** 63n) && value < 2n ** 64n ? value : undefined;
}

/** `{"b64": "…"}` with no other key. */
export function base64Of(value: Json): Json | undefined {
  if (typeOf(value) !== 'Object') return undefined;
  let text: Json | undefined;
  let count = 0;
  for (const member of members(value)) {
    if (++count > 1) return undefined;
    if (member.name === 'b64' && typeOf(member.value) === 'String') text = member.value;
  }
  return text;
}
