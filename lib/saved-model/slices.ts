import { newData, sizeOf } from './dtype.ts';
import { corrupt, invalid } from './error.ts';
import type { HostTensor } from './value.ts';

/** A box in a tensor: where it begins and how long it is, for each axis; -1 is all of it. */
export type Box = { start: number; length: number }[];

/** What a restore op says of a part of a variable: `10 4 7,3:0,4` is rows 7 to 9 of a [10, 4]. Undefined for the whole. */
export function parseSlice(text: string): Box | undefined {
  if (text === '') return undefined;
  const spec = text.split(' ').at(-1) ?? '';
  return spec.split(':').map((part) => {
    const [, start, length] = part.match(/^(\d{1,15}),(\d{1,15})$/) ?? [];
    if (part !== '-' && start === undefined) throw invalid(`"${text}" does not name a slice of a variable`);
    return part === '-' ? { start: 0, length: -1 } : { start: Number(start), length: Number(length) };
  });
}

/** The key under which a checkpoint keeps a slice of a tensor: TensorFlow's ordered code, one character per byte. */
export function sliceKey(name: string, box: Box): string {
  const text = Buffer.from(name)
    .toString('latin1')
    .replace(/[\x00\xff]/g, (c) => (c === '\xff' ? '\xff\x00' : '\x00\xff'));
  const numbers = box.flatMap(({ start, length }) => [signed(start), signed(length)]);
  return ['\x00', text, '\x00\x01', unsigned(box.length), ...numbers].join('');
}

/** The part of a whole tensor that lies in a box. */
export function cutBox({ dtype, shape, data }: HostTensor, box: Box): HostTensor {
  const size = box.map(({ length }, axis) => (length < 0 ? (shape[axis] as number) : length));
  if (
    box.length !== shape.length ||
    box.some(({ start }, axis) => start + (size[axis] as number) > (shape[axis] as number))
  )
    throw corrupt(`a slice of [${size}] does not lie in [${shape}]`);
  const part = newData(dtype, sizeOf(size));
  eachRow(shape, box, size, (whole, own, length) => move(part, own, data, whole, length));
  return { dtype, shape: size, data: part };
}

/** A whole tensor from its parts. */
export function joinBoxes(
  dtype: HostTensor['dtype'],
  shape: number[],
  parts: { box: Box; tensor: HostTensor }[],
): HostTensor {
  const data = newData(dtype, sizeOf(shape));
  for (const { box, tensor } of parts) {
    const size = box.map(({ length }, axis) => (length < 0 ? (shape[axis] as number) : length));
    if (
      tensor.dtype !== dtype ||
      sizeOf(size) !== sizeOf(tensor.shape) ||
      box.some(({ start }, axis) => start + (size[axis] as number) > (shape[axis] as number))
    )
      throw corrupt(`a slice of [${tensor.shape}] does not fit into [${shape}]`);
    eachRow(shape, box, size, (whole, own, length) => move(data, whole, tensor.data, own, length));
  }
  return { dtype, shape, data };
}

function eachRow(
  shape: number[],
  box: Box,
  size: number[],
  visit: (whole: number, own: number, length: number) => void,
): void {
  const length = size.at(-1) ?? 1;
  const rows = sizeOf(size.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    let [rest, whole, stride] = [row, box.at(-1)?.start ?? 0, shape.at(-1) ?? 1];
    for (let axis = size.length - 2; axis >= 0; axis--) {
      whole += ((rest % (size[axis] as number)) + (box[axis]?.start ?? 0)) * stride;
      rest = Math.floor(rest / (size[axis] as number));
      stride *= shape[axis] as number;
    }
    visit(whole, row * length, length);
  }
}

function move(to: HostTensor['data'], at: number, from: HostTensor['data'], start: number, length: number): void {
  for (let i = 0; i < length; i++) (to as unknown[])[at + i] = (from as unknown[])[start + i];
}

function unsigned(value: number): string {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return String.fromCharCode(bytes.length, ...bytes);
}

/** Up to 7·n − 1 bits in n bytes, the first bits telling n; negative numbers have all bits turned. */
function signed(value: number): string {
  const magnitude = BigInt(value < 0 ? -value - 1 : value);
  let count = 1;
  while (magnitude >= 1n << BigInt(7 * count - 1)) count++;
  const header = ((1n << BigInt(count)) - 1n) << BigInt(8 * count - count);
  const bits = magnitude | header;
  const bytes = Array.from({ length: count }, (_, i) => Number((bits >> BigInt(8 * (count - 1 - i))) & 255n));
  return String.fromCharCode(...bytes.map((byte) => (value < 0 ? byte ^ 255 : byte)));
}
