import { MAX_DEPTH, readFloats } from './float-reader.ts';
import { checkString, checkValue } from './json-syntax.ts';
import type { TensorBuilder } from './tensor-builder.ts';
import { readFloatsFast } from './wasm-floats.ts';

/** A cursor over the body. Each method moves past what it names, or says that it is not there. */
export class FastReader {
  signatureName: string | undefined;
  #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  peek(wanted: number): boolean {
    this.#space();
    return this.#bytes[this.#at] === wanted;
  }

  take(wanted: number): boolean {
    if (!this.peek(wanted)) return false;
    this.#at++;
    return true;
  }

  /** A member's name without escapes, and its colon. */
  key(): string | undefined {
    const name = this.text();
    return name !== undefined && this.take(COLON) ? name : undefined;
  }

  text(): string | undefined {
    const string = this.peek(QUOTE) ? this.#string() : undefined;
    return string?.toString();
  }

  /** Any value, checked but not kept. */
  skip(): boolean {
    try {
      this.#at = checkValue(this.#bytes, this.#at);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether a list of objects follows, and they are not base64 strings. */
  opensNamedRows(): boolean {
    const start = this.#at;
    const objects = this.take(OPEN_LIST) && this.take(OPEN_OBJECT);
    const named = objects && this.key() !== 'b64';
    this.#at = start;
    return named;
  }

  /** A number, a bool, a string or lists of them, all leaves at one depth and all lists of a level equally long. */
  tensor(builder: TensorBuilder): boolean {
    if (builder.leaf === 'float32' || builder.leaf === 'float64') {
      this.#at = readFloats(this.#bytes, this.#at, builder, builder.leaf === 'float32');
      return this.#at >= 0;
    }
    const bytes = this.#bytes;
    const counts: number[] = [];
    let depth = 0;
    for (;;) {
      this.#space();
      if (bytes[this.#at] === OPEN_LIST) {
        if (builder.rank >= 0 && depth >= builder.rank) return false;
        if (depth === MAX_DEPTH) return false;
        this.#at++;
        counts[depth++] = 0;
        if (builder.dims.length < depth) builder.dims.push(-1);
        continue;
      }
      if (builder.rank < 0) builder.rank = depth;
      else if (depth !== builder.rank) return false;
      if (!this.#leaf(builder)) return false;
      // Closes every list that ends here; stops at the comma before the next value.
      for (;;) {
        if (depth === 0) return true;
        const count = ++(counts[depth - 1] as number);
        counts[depth - 1] = count;
        this.#space();
        const c = bytes[this.#at++];
        if (c === COMMA) break;
        if (c !== CLOSE_LIST) return false;
        depth--;
        if (builder.dims[depth] === -1) builder.dims[depth] = count;
        else if (builder.dims[depth] !== count) return false;
      }
    }
  }

  /** The same for one whole tensor of float32, where a faster way reads it. */
  floats(): { dims: number[]; values: Float32Array } | undefined {
    const found = readFloatsFast(this.#bytes, this.#at);
    if (found) this.#at = found.end;
    return found;
  }

  #leaf(builder: TensorBuilder): boolean {
    const { leaf } = builder;
    if (leaf === 'string') return this.#stringLeaf(builder.data as Uint8Array[]);
    if (builder.length === builder.data.length) builder.grow();
    if (leaf === 'bool') return this.#boolLeaf(builder);
    return this.#integerLeaf(builder);
  }

  #stringLeaf(data: Uint8Array[]): boolean {
    // Base64 objects and escapes are the other reader's.
    const string = this.peek(QUOTE) ? this.#string() : undefined;
    if (string) data.push(string);
    return string !== undefined;
  }

  #boolLeaf(builder: TensorBuilder): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    const word = bytes[at] === 116 ? TRUE : FALSE;
    for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
    this.#at += word.length;
    (builder.data as Uint8Array)[builder.length++] = word === TRUE ? 1 : 0;
    return true;
  }

  #integerLeaf(builder: TensorBuilder): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    const minus = bytes[at] === MINUS;
    if (minus) at++;
    const from = at;
    let value = 0;
    for (let c = bytes[at] as number; c >= 48 && c <= 57; c = bytes[++at] as number) value = value * 10 + c - 48;
    const digits = at - from;
    // 15 digits are exact in a double; more, leading zeros, points and exponents go to the other reader.
    if (digits === 0 || digits > 15 || (digits > 1 && bytes[from] === 48)) return false;
    const next = bytes[at];
    if (next === DOT || next === 101 || next === 69) return false;
    this.#at = at;
    const number = minus ? -value : value;
    if (builder.leaf === 'int64') {
      (builder.data as BigInt64Array)[builder.length++] = BigInt(number);
      return true;
    }
    if (number < builder.min || number > builder.max) return false;
    (builder.data as Int32Array)[builder.length++] = number;
    return true;
  }

  /** The bytes of a string without escapes, or undefined. */
  #string(): Buffer | undefined {
    const start = this.#at + 1;
    try {
      this.#at = checkString(this.#bytes, this.#at);
    } catch {
      return undefined;
    }
    const string = this.#bytes.subarray(start, this.#at - 1);
    return string.includes(BACKSLASH) ? undefined : string;
  }

  #space(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let c = bytes[at]; c === 32 || c === 10 || c === 13 || c === 9; c = bytes[at]) at++;
    this.#at = at;
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const COMMA = 44;
const DOT = 46;
const MINUS = 45;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
