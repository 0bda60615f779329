import { sizeOf } from '../dtype.ts';
import type { DType } from '../value.ts';
import type { LayerRow } from './layer.ts';
import { CannotSave, expect, pair } from './layer.ts';
import type { FunctionWriter, Ref } from './writer.ts';
import { attr } from './writer.ts';

/** Layers that move numbers around. */
export const SHAPING: Record<string, LayerRow> = {
  Flatten: ({ writer, config, inputs: [x], outputShape }) => {
    expect(config, 'dataFormat', 'channelsLast');
    return reshape(writer, x as Ref, outputShape);
  },
  Reshape: ({ writer, config, inputs: [x] }) => {
    // tfjs leaves a size of -1 unknown, although the input tells it.
    const target = (config.targetShape as (number | null)[]).map((dim) => dim ?? -1);
    const known = target.filter((dim) => dim !== -1).reduce((a, b) => a * b, 1);
    const sizes = target.map((dim) => (dim === -1 ? elements(x as Ref) / known : dim));
    return reshape(writer, x as Ref, [null, ...sizes]);
  },
  Permute: ({ writer, config, inputs: [x] }) => transpose(writer, x as Ref, [0, ...(config.dims as number[])]),
  RepeatVector: ({ writer, config, inputs: [x] }) => {
    const [, features] = (x as Ref).shape;
    const rows = reshape(writer, x as Ref, [null, 1, features as number]);
    return tile(writer, rows, [1, config.n as number, 1]);
  },
  ZeroPadding2D: ({ writer, config, inputs: [x] }) => {
    expect(config, 'dataFormat', 'channelsLast');
    const [top, bottom] = sides(config.padding, 0);
    const [left, right] = sides(config.padding, 1);
    const paddings = {
      dtype: 'int32',
      shape: [4, 2],
      data: Int32Array.of(0, 0, top, bottom, left, right, 0, 0),
    } as const;
    return writer.like('Pad', [x as Ref, writer.constant({ ...paddings, shape: [...paddings.shape] })]);
  },
  Cropping2D: ({ writer, config, inputs: [x] }) => {
    expect(config, 'dataFormat', 'channelsLast');
    const [, height, width] = (x as Ref).shape as number[];
    const [top, bottom] = sides(config.cropping, 0);
    const [left, right] = sides(config.cropping, 1);
    const size = [-1, (height as number) - top - bottom, (width as number) - left - right, -1];
    return writer.like('Slice', [x as Ref, writer.ints([0, top, left, 0]), writer.ints(size)], {
      Index: attr.type('int32'),
    });
  },
  UpSampling2D: ({ writer, config, inputs: [x] }) => {
    expect(config, 'dataFormat', 'channelsLast');
    const [rows, columns] = pair(config.size, 2);
    const [, height, width] = (x as Ref).shape;
    if (!height || !width) throw new CannotSave('the height and width of its input must be known');
    const nearest = (config.interpolation ?? 'nearest') === 'nearest';
    const op = nearest ? 'ResizeNearestNeighbor' : 'ResizeBilinear';
    return writer.like(op, [x as Ref, writer.ints([height * rows, width * columns])]);
  },
  Embedding: ({ writer, inputs: [x], need }) => {
    const indices = (x as Ref).dtype === 'int32' ? (x as Ref) : cast(writer, x as Ref, 'int32');
    const table = need('embeddings');
    const attrs = { dtype: attr.type('float32'), Tindices: attr.type('int32') };
    return writer.op('ResourceGather', [writer.handle(table), indices], attrs, { dtype: 'float32' });
  },
};

/** To a known shape; null (the batch) is worked out. */
export function reshape(writer: FunctionWriter, x: Ref, shape: (number | null)[]): Ref {
  if (shape.filter((dim) => dim === null).length > 1)
    throw new CannotSave(`its output shape [${shape}] has more than one unknown size`);
  const out = writer.like(
    'Reshape',
    [
      x,
      writer.ints(
        shape.map((dim) => dim ?? -1),
        'Reshape/shape',
      ),
    ],
    { Tshape: attr.type('int32') },
  );
  return { ...out, shape };
}

/** [batch, time, …] as [batch·time, …]. */
export function flattenTime(writer: FunctionWriter, x: Ref): Ref {
  return reshape(writer, x, [null, ...x.shape.slice(2)]);
}

/** The opposite, with the sizes of the moment when the time is not known. */
export function unflattenTime(writer: FunctionWriter, y: Ref, like: Ref, shape: (number | null)[]): Ref {
  if (shape.filter((dim) => dim === null).length < 2) return reshape(writer, y, shape);
  const known = shape.slice(2);
  if (known.includes(null)) throw new CannotSave(`its output shape [${shape}] has more than two unknown sizes`);
  const types = { T: attr.type(like.dtype), out_type: attr.type('int32') };
  const now = writer.op('Shape', [like], types, { dtype: 'int32', shape: [like.shape.length] });
  const outer = writer.like('Slice', [now, writer.ints([0]), writer.ints([2])], { Index: attr.type('int32') });
  const parts = [outer, writer.ints(known as number[])];
  const sizes = writer.like('ConcatV2', [...parts, writer.int(0)], { N: attr.int(2), Tidx: attr.type('int32') });
  return { ...writer.like('Reshape', [y, sizes], { Tshape: attr.type('int32') }), shape };
}

/** [batch, length, channels] as a row of height one, and back. */
export function asRow(writer: FunctionWriter, x: Ref): Ref {
  const [batch = null, length = null, channels = null] = x.shape;
  const row = writer.like('ExpandDims', [x, writer.int(1)], { Tdim: attr.type('int32') });
  return { ...row, shape: [batch, 1, length, channels] };
}

export function fromRow(writer: FunctionWriter, x: Ref, shape: (number | null)[]): Ref {
  return { ...writer.like('Squeeze', [x], { squeeze_dims: attr.ints([1]) }), shape };
}

export function transpose(writer: FunctionWriter, x: Ref, permutation: number[]): Ref {
  const out = writer.like('Transpose', [x, writer.ints(permutation)], { Tperm: attr.type('int32') });
  return { ...out, shape: permutation.map((axis) => x.shape[axis] ?? null) };
}

/** Whether any number along the last axis is true. */
export function any(writer: FunctionWriter, x: Ref, keep: boolean): Ref {
  const attrs = { Tidx: attr.type('int32'), keep_dims: attr.bool(keep) };
  const shape = keep ? [...x.shape.slice(0, -1), 1] : x.shape.slice(0, -1);
  return writer.op('Any', [x, writer.ints([-1])], attrs, { dtype: 'bool', shape });
}

export function tile(writer: FunctionWriter, x: Ref, multiples: number[]): Ref {
  return writer.like('Tile', [x, writer.ints(multiples)], { Tmultiples: attr.type('int32') });
}

export function cast(writer: FunctionWriter, x: Ref, to: DType): Ref {
  return writer.op('Cast', [x], { SrcT: attr.type(x.dtype), DstT: attr.type(to) }, { dtype: to, shape: x.shape });
}

/** Of one example. */
function elements({ shape }: Ref): number {
  const sizes = shape.slice(1);
  if (sizes.includes(null))
    throw new CannotSave(`the shape of its input [${shape.map((dim) => dim ?? '?')}] must be known`);
  return sizeOf(sizes as number[]);
}

/** `1`, `[1, 2]` or `[[0, 1], [1, 1]]`: before and after along one axis. */
function sides(value: unknown, axis: 0 | 1): [number, number] {
  const one = Array.isArray(value) ? value[axis] : (value ?? 1);
  return pair(one, 1);
}
