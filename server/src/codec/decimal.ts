/**
 * Reads the number at `cursor.at` as TF Serving would: the nearest double, for float32 then rounded once more. Moves the cursor past
 * it, or sets it to -1 when the text is no plain decimal (NaN, an overflow, a syntax error), which is another reader's business.
 */
export function readDecimal(bytes: Buffer, cursor: { at: number }, single: boolean): number {
  const start = cursor.at;
  let at = start;
  let c = bytes[at] as number;
  const minus = c === 45;
  if (minus) c = bytes[++at] as number;
  const first = at;
  let mantissa = 0;
  for (; c >= 48 && c <= 57; c = bytes[++at] as number) mantissa = mantissa * 10 + c - 48;
  let digits = at - first;
  if (digits === 0 || (digits > 1 && bytes[first] === 48)) return fail(cursor);
  let power = 0;
  let whole = true;
  if (c === 46) {
    const point = ++at;
    for (c = bytes[at] as number; c >= 48 && c <= 57; c = bytes[++at] as number) mantissa = mantissa * 10 + c - 48;
    power = point - at;
    if (power === 0) return fail(cursor);
    digits -= power;
    whole = false;
  }
  if (c === 101 || c === 69) {
    const exponent = readExponent(bytes, at + 1, cursor);
    if (Number.isNaN(exponent)) return fail(cursor);
    at = cursor.at;
    power += exponent;
    whole = false;
  }
  cursor.at = at;
  // `-0` is the integer 0 there.
  if (mantissa === 0 && digits <= 300) return minus && !whole ? -0 : 0;
  if (power >= -22 && power <= 22 && digits <= 19) {
    const value = power < 0 ? mantissa / (TENS[-power] as number) : mantissa * (TENS[power] as number);
    // Up to 15 digits both sides are exact and the one operation rounds right (Clinger's fast path).
    if (digits <= 15) return minus ? -value : value;
    // Up to 19 digits the error is below 2^-49: enough for a float, unless it lies just between two of them.
    if (single) {
      const low = Math.fround(value * (1 - MARGIN));
      if (low === Math.fround(value * (1 + MARGIN))) return minus ? -low : low;
    }
  }
  const exact = Number(bytes.toString('latin1', start, at));
  return Number.isFinite(exact) ? exact : fail(cursor);
}

const MARGIN = 2 ** -48;
const TENS = Array.from({ length: 23 }, (_, i) => 10 ** i);

function fail(cursor: { at: number }): number {
  cursor.at = -1;
  return 0;
}

/** NaN when there are no digits, or so many that only a careful reader should judge them. */
function readExponent(bytes: Buffer, from: number, cursor: { at: number }): number {
  let at = from;
  const minus = bytes[at] === 45;
  if (minus || bytes[at] === 43) at++;
  const first = at;
  let value = 0;
  for (let c = bytes[at] as number; c >= 48 && c <= 57; c = bytes[++at] as number) value = value * 10 + c - 48;
  cursor.at = at;
  if (at === first || at - first > 3 || (!minus && value > 300)) return Number.NaN;
  return minus ? -value : value;
}
