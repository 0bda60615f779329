import type { Bundle } from '../runtime/run.ts';
import { escapeHtml } from './escape.ts';
import { extent, picture } from './picture.ts';

type Tensor = {
  shape: number[];
  dtype: string;
  size: number;
  dataSync(): ArrayLike<number | string>;
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
    const values = value as unknown as ArrayLike<number>;
    return shown(value.constructor.name, '', [values.length], values);
  }
  return undefined;
}

function shown(kind: string, dtype: string, shape: number[], values: ArrayLike<number | string>): Bundle {
  const title = `${kind}${dtype ? ` ${dtype}` : ''} [${shape.join(', ')}]`;
  const numbers = numeric(values) ? statistics(values) : '';
  const drawn = numeric(values) && values.length > 8 ? picture(shape, values) : undefined;
  const text = [`${title}${numbers ? `  ${numbers}` : ''}`, nested(shape, values)].join('\n');
  if (!drawn) return plain(text);
  // A picture says more than a page of its numbers; they are in the text.
  const rest = drawn.startsWith('<img') ? '' : `<pre>${escapeHtml(nested(shape, values))}</pre>`;
  const html = `<div><code>${escapeHtml(title)}</code> <small>${escapeHtml(numbers)}</small></div><div>${drawn}</div>${rest}`;
  return { data: { 'text/html': html, 'text/plain': text }, metadata: {} };
}

function numeric(values: ArrayLike<number | string>): values is ArrayLike<number> {
  return typeof values[0] === 'number';
}

function statistics(values: ArrayLike<number>): string {
  if (values.length < 2) return '';
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]!;
  const [least, most] = extent(values);
  return `min ${short(least)}  mean ${short(sum / values.length)}  max ${short(most)}`;
}

const edge = 3;

/** Nested brackets with the middle of long axes left out, as numpy prints them. */
function nested(shape: number[], values: ArrayLike<number | string>): string {
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

function one(value: number | string): string {
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
