import type { CellEvent } from './run.ts';

/** Characters from which a text is worth it. */
const LONG = 1 << 16;

/**
 * Long texts of what is shown, as JSON: bytes move to the other thread where a string would be copied, and the thread that
 * answers the front end is not busy with escaping megabytes. Not the plain text, which the session reads.
 */
export function withoutLongTexts(event: CellEvent): {
  event: CellEvent;
  long?: Record<string, Uint8Array<ArrayBuffer>>;
} {
  if (!('data' in event)) return { event };
  const isLong = ([type, value]: [string, unknown]) =>
    type !== 'text/plain' && typeof value === 'string' && value.length >= LONG;
  const entries = Object.entries(event.data);
  if (!entries.some(isLong)) return { event };
  return {
    event: { ...event, data: Object.fromEntries(entries.filter((entry) => !isLong(entry))) },
    long: Object.fromEntries(entries.filter(isLong).map(([type, value]) => [type, jsonOf(value as string)])),
  };
}

/** As JSON in UTF-8. An image in base64 has nothing to escape, and looking takes a seventh of what escaping does. */
function jsonOf(text: string): Uint8Array<ArrayBuffer> {
  const length = Buffer.byteLength(text);
  // A quotation mark before the text and one after it; the text begins where a word does.
  const words = new Int32Array((length >> 2) + 3);
  const bytes = Buffer.from(words.buffer);
  bytes.write(text, 4);
  if (
    !text.isWellFormed() ||
    hasEscapes(words.subarray(1, 1 + (length >> 2))) ||
    hasEscapes(Int32Array.from(bytes.subarray(4 + (length & ~3), 4 + length), (byte) => byte | 0x7f7f7f00))
  )
    return new TextEncoder().encode(JSON.stringify(text));
  bytes[3] = quote;
  bytes[4 + length] = quote;
  return new Uint8Array(words.buffer, 3, length + 2);
}

const quote = 0x22;

/** Four bytes at a time: whether one is a quotation mark, a backslash or a control character. */
function hasEscapes(words: Int32Array): boolean {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const quotes = word ^ 0x22222222;
    const slashes = word ^ 0x5c5c5c5c;
    const found =
      ((word - 0x20202020) & ~word) | ((quotes - 0x01010101) & ~quotes) | ((slashes - 0x01010101) & ~slashes);
    if ((found & 0x80808080) !== 0) return true;
  }
  return false;
}
