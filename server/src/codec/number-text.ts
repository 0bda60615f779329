/**
 * Floating point numbers as TF Serving prints them in JSON: `%g` (6 digits) when that reads back equal, else 9 digits for float and
 * 17 for double; whole numbers get `.0`, exponents have C's form (`9e+06`).
 */
export function floatText(value: number): string {
  const size = Math.abs(value);
  return (size >= 1e-10 && size < 1e10 && usualFloat(value, size)) || finite(value, 9, Math.fround);
}

export function doubleText(value: number): string {
  return finite(value, 17, (read) => read);
}

/**
 * The digits by arithmetic, four times as fast as by toExponential: up to 10^22 powers of ten are exact, so each product has one
 * rounding. Empty where that could touch the last digit.
 */
function usualFloat(value: number, size: number): string {
  let exponent = Math.floor(Math.log10(size));
  if (size < tenTo(exponent)) exponent--;
  const six = Math.round(scale(size, 5 - exponent));
  if (six >= 1e6) return '';
  if (Math.fround(scale(six, exponent - 5)) === size) return place(value < 0, String(six), exponent, 6);
  const exact = scale(size, 8 - exponent);
  const nine = Math.round(exact);
  const fraction = exact - Math.floor(exact);
  if (nine >= 1e9 || nine < 1e8 || Math.abs(fraction - 0.5) < 1e-5) return '';
  return place(value < 0, String(nine), exponent, 9);
}

const scale = (value: number, power: number): number =>
  power < 0 ? value / (POWERS[-power] as number) : value * (POWERS[power] as number);
const tenTo = (exponent: number): number => scale(1, exponent);
const POWERS = Array.from({ length: 23 }, (_, i) => 10 ** i);

function finite(value: number, digits: number, round: (read: number) => number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return 'Infinity';
  if (value === -Infinity) return '-Infinity';
  // 6 digits never tie with a number that reads back equal, so toExponential's rounding does not matter here.
  const short = value.toExponential(5);
  return round(Number(short)) === value ? layout(short, 6) : layout(toNearestEven(value, digits), digits);
}

/** `%.*e`: as toExponential, but a tie goes to the even digit as in C, where JavaScript takes the larger. */
function toNearestEven(value: number, digits: number): string {
  const text = value.toExponential(digits - 1);
  const more = value.toExponential(digits);
  const mark = more.indexOf('e');
  if (more[mark - 1] !== '5') return text;
  // A tie has nothing but zeros after the 5 (toExponential is exact to 100 digits).
  const exact = value.toExponential(99);
  const head = more.slice(0, mark);
  const all = exact.slice(0, exact.indexOf('e'));
  if (!all.startsWith(head) || !/^0*$/.test(all.slice(head.length))) return text;
  const last = Number(more[mark - 2] === '.' ? more[mark - 3] : more[mark - 2]);
  return last % 2 === 0 ? head.slice(0, -1) + more.slice(mark) : text;
}

/** From JavaScript's `d.ddde±x` to the form of `%g`. */
function layout(text: string, digits: number): string {
  const mark = text.indexOf('e');
  const negative = text[0] === '-';
  const mantissa = text.slice(negative ? 1 : 0, mark).replace('.', '');
  return place(negative, mantissa, Number(text.slice(mark + 1)), digits);
}

/** `%g`: no zeros at the end, fixed notation from 1e-4 to the number of digits; TF Serving adds `.0` to whole numbers. */
function place(negative: boolean, padded: string, exponent: number, digits: number): string {
  const sign = negative ? '-' : '';
  let length = padded.length;
  while (length > 1 && padded.charCodeAt(length - 1) === 48) length--;
  const mantissa = padded.slice(0, length);
  if (exponent < -4 || exponent >= digits) {
    const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
    return `${sign}${mantissa[0]}${length > 1 ? `.${mantissa.slice(1)}` : ''}e${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${mantissa}`;
  if (length <= exponent + 1) return `${sign}${mantissa.padEnd(exponent + 1, '0')}.0`;
  return `${sign}${mantissa.slice(0, exponent + 1)}.${mantissa.slice(exponent + 1)}`;
}
