import { boolAttr, intsAttr, textAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';
import { integers } from './shape.ts';

/** The largest of each window and where it was, from which networks that segment pictures go back. */
export const ARGMAX_POOL: Record<string, OpRow> = {
  MaxPoolWithArgmax: row(
    (node) =>
      ([x]) =>
        pool(node, x as Value),
  ),
};

function pool(node: FlatNode, x: Value): Value[] {
  if (x.shape.length !== 4) throw refuse(node, `tensor_in must be 4-dimensional: ${shapeText(x.shape)}`);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [, kernelY = 1, kernelX = 1] = intsAttr(node, 'ksize', [1, 1, 1, 1]);
  const [, strideY = 1, strideX = 1] = intsAttr(node, 'strides', [1, 1, 1, 1]);
  const same = textAttr(node, 'padding', 'VALID') === 'SAME';
  const [rows, top] = windows(height, kernelY, strideY, same);
  const [columns, left] = windows(width, kernelX, strideX, same);
  const ofBatch = boolAttr(node, 'include_batch_in_index', false);
  const from = onHost(x) as Float32Array;
  const shape = [batch, rows, columns, channels];
  const data = newData(x.dtype as DType, batch * rows * columns * channels) as Float32Array;
  const places = new Array<number>(data.length);
  let out = 0;
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let c = 0; c < channels; c++, out++) {
          let best = -1;
          for (let y = Math.max(0, row * strideY - top); y < Math.min(height, row * strideY - top + kernelY); y++)
            for (
              let x = Math.max(0, column * strideX - left);
              x < Math.min(width, column * strideX - left + kernelX);
              x++
            ) {
              const at = ((b * height + y) * width + x) * channels + c;
              if (best < 0 || from[at]! > from[best]!) best = at;
            }
          data[out] = from[best] as number;
          places[out] = ofBatch ? best : best - b * height * width * channels;
        }
  return [hostValue(x.dtype, shape, data), integers(typeAttr(node, 'Targmax', 'int64'), places, shape)];
}

/** How many windows there are, and how far the first begins outside. */
function windows(size: number, kernel: number, stride: number, same: boolean): [count: number, before: number] {
  if (!same) return [Math.max(0, Math.ceil((size - kernel + 1) / stride)), 0];
  const count = Math.ceil(size / stride);
  return [count, Math.floor(Math.max(0, (count - 1) * stride + kernel - size) / 2)];
}
