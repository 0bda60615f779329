import type { Bundle } from '../runtime/run.ts';
import { escapeHtml } from './escape.ts';
import { extent, picture } from './picture.ts';

type Tensor = {
  shape: number[];
  dtype: string;
  size: number;
  dataSync(): Values;
  isDisposed?: boolean;
};

const typed = /^(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array$/;

/** Tensors (tfjs's, or anything with their face) and typed arrays: dtype, shape, statistics, some values. */
export function tensor(value: unknown): Bundle | undefined {
  if (isTensor(value)) {
    if (value.isDisposed) return plain(`Tensor ${value.dtype} [${value.shape.join(', ')}] (disposed)`);
    const values = value.dataSync();
    return shown('Tensor', value.dtype, value.shape, values);
  }
  if (ArrayBuffer.isView(value) && typed.test(value.constructor.name) && (value as Float32Array).length > 100) {
    const values = value as unknown as Values;
    return shown(value.constructor.name, '', [values.length], values);
  }
  return undefined;
}

/** A tensor inside of an array or object: of its fields inspect would show half a page. */
export function tensorBrief(value: object): string | undefined {
  if (!('dataSync' in value) || !isTensor(value)) return undefined;
  return `Tensor ${value.dtype} [${value.shape.join(', ')}]${value.isDisposed ? ' (disposed)' : ''}`;
}

function shown(kind: string, dtype: string, shape: number[], values: Values): Bundle {
  const title = `${kind}${dtype ? ` ${dtype}` : ''} [${shape.join(', ')}]`;
  const seen = sample(values);
  const numbers = seen ? statistics(seen) : '';
  const drawn =
    seen && values.length > 8 && typeof values[0] === 'number'
      ? picture(shape, values as ArrayLike<number>, seen.values)
      : undefined;
  const text = [`${title}${numbers ? `  ${numbers}` : ''}`, nested(shape, values)].join('\n');
  if (!drawn) return plain(text);
  // A picture says more than a page of its numbers; they are in the text.
  const rest = drawn.startsWith('<img')
    ? ''
    : `<pre style="margin: 0; padding: 0">${escapeHtml(nested(shape, values))}</pre>`;
  const html = `<div><code>${escapeHtml(title)}</code> <small>${escapeHtml(numbers)}</small></div><div>${drawn}</div>${rest}`;
  return { data: { 'text/html': html, 'text/plain': text }, metadata: {} };
}

type Values = ArrayLike<number | string | bigint>;
type Sample = { values: ArrayLike<number>; every: number };

/** Of more than ten million values not all are looked at, which would take a second for each hundred million. */
const most = 10_000_000;
const enough = 100_000;

/** The values as numbers; undefined where they are none. */
function sample(values: Values): Sample | undefined {
  const wide = typeof values[0] === 'bigint';
  if (!wide && typeof values[0] !== 'number') return undefined;
  if (!wide && values.length <= most) return { values: values as ArrayLike<number>, every: 1 };
  // Odd, so as not to see the same column of each row.
  const every = values.length <= most ? 1 : Math.ceil(values.length / enough) | 1;
  return {
    values: Float64Array.from({ length: Math.ceil(values.length / every) }, (_, i) => Number(values[i * every])),
    every,
  };
}

function statistics({ values, every }: Sample): string {
  if (values.length < 2) return '';
  let sum = 0;
  let absent = 0;
  for (let i = 0; i < values.length; i += 1) {
    const x = values[i]!;
    if (Number.isNaN(x)) absent += 1;
    else sum += x;
  }
  if (absent === values.length) return 'all NaN';
  const [least, most] = extent(values);
  const parts = [`min ${short(least)}`, `mean ${short(sum / (values.length - absent))}`, `max ${short(most)}`];
  if (absent > 0) parts.push(`NaN ${absent} of ${values.length}`);
  if (every > 1) parts.push(`(of one value in ${every})`);
  return parts.join('  ');
}

const edge = 3;

/** Nested brackets with the middle of long axes left out, as numpy prints them. */
function nested(shape: number[], values: Values): string {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const small = values.length <= 100;
  const print = (axis: number, offset: number): string => {
    if (axis === shape.length) return one(values[offset]!);
    const length = shape[axis]!;
    const all = small || length <= 2 * edge;
    const picked = all ? range(0, length) : [...range(0, edge), -1, ...range(length - edge, length)];
    const inner = axis === shape.length - 1;
    const parts = picked.map((i) => (i < 0 ? '…' : print(axis + 1, offset + i * strides[axis]!)));
    return `[${parts.join(inner ? ', ' : `,\n${' '.repeat(axis + 1)}`)}]`;
  };
  return print(0, 0);
}

function isTensor(value: unknown): value is Tensor {
  if (value === null || typeof value !== 'object') return false;
  const { shape, dtype, dataSync } = value as Partial<Tensor>;
  return Array.isArray(shape) && typeof dtype === 'string' && typeof dataSync === 'function';
}

function one(value: number | string | bigint): string {
  return typeof value === 'number'
    ? short(value)
    : typeof value === 'bigint'
      ? `${String(value)}n`
      : JSON.stringify(value);
}

function short(value: number): string {
  return Number.isInteger(value) || !Number.isFinite(value) ? String(value) : String(Number(value.toPrecision(7)));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const plain = (text: string): Bundle => ({ data: { 'text/plain': text }, metadata: {} });
