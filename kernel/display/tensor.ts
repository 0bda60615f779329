import type { Bundle } from '../runtime/run.ts';
import { escapeHtml } from './escape.ts';

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
  const numbers = statistics(values);
  const picture = pixels(shape, values);
  const text = [`${title}${numbers ? `  ${numbers}` : ''}`, nested(shape, values)].join('\n');
  if (!picture) return plain(text);
  const html = `<div><code>${escapeHtml(title)}</code> ${escapeHtml(numbers)}<br>${picture}</div>`;
  return { data: { 'text/html': html, 'text/plain': text }, metadata: {} };
}

function statistics(values: ArrayLike<number | string>): string {
  if (values.length < 2 || typeof values[0] === 'string' || typeof values[0] === 'bigint') return '';
  let least = Infinity;
  let most = -Infinity;
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) {
    const x = values[i] as number;
    if (x < least) least = x;
    if (x > most) most = x;
    sum += x;
  }
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

/** One grey picture (28 × 28 × 1, or a batch of one), drawn without scripts so that untrusted notebooks show it. */
function pixels(shape: number[], values: ArrayLike<number | string>): string | undefined {
  const kept = shape.filter((n, axis) => !(n === 1 && (axis === 0 || axis === shape.length - 1)));
  const [height, width] = kept;
  if (kept.length !== 2 || !height || !width || height < 8 || width < 8 || height > 64 || width > 64) return undefined;
  if (typeof values[0] !== 'number') return undefined;
  const numbers = values as ArrayLike<number>;
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < numbers.length; i += 1) {
    least = Math.min(least, numbers[i]!);
    most = Math.max(most, numbers[i]!);
  }
  if (!Number.isFinite(most - least)) return undefined;
  const rects: string[] = [];
  for (let i = 0; i < numbers.length; i += 1) {
    const level = Math.round((255 * (numbers[i]! - least)) / (most - least || 1));
    if (level > 0)
      rects.push(
        `<rect x="${i % width}" y="${Math.floor(i / width)}" width="1" height="1" fill="rgb(${level},${level},${level})"/>`,
      );
  }
  const box = `viewBox="0 0 ${width} ${height}" width="${width * 4}" height="${height * 4}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} shape-rendering="crispEdges"><rect width="100%" height="100%"/>${rects.join('')}</svg>`;
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
