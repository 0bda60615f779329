import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both, random } from './oracle.ts';

type Shape5 = [number, number, number, number, number];

test('the 3D transposed convolution agrees with the cpu backend for random shapes, strides and paddings', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { integer, pick, floats } = random(seed);
    const filterSize = [integer(1, 3), integer(1, 4), integer(1, 4)] as [number, number, number];
    const [inChannels, outChannels] = [integer(1, 6), integer(1, 9)];
    const inShape: Shape5 = [integer(1, 2), integer(3, 6), integer(4, 8), integer(4, 8), inChannels];
    // A stride beyond the filter makes tfjs's own padding negative: see the next test.
    const strides = filterSize.map((size) => integer(1, size)) as [number, number, number];
    const pad = pick<'valid' | 'same'>(['valid', 'same']);
    const filterShape: Shape5 = [...filterSize, inChannels, outChannels];
    const { outShape } = tf.backend_util.computeConv3DInfo(inShape, filterShape, strides, 1, pad);
    const dys = floats(tf.util.sizeFromShape(outShape));
    const filters = floats(tf.util.sizeFromShape(filterShape));
    const { expected, actual } = both(() =>
      tf
        .conv3dTranspose(tf.tensor5d(dys, outShape), tf.tensor5d(filters, filterShape), inShape, strides, pad)
        .dataSync(),
    );
    assertClose(actual, expected, 1e-4, `seed ${seed}, ${inShape}, filter ${filterShape}, strides ${strides}, ${pad}`);
  }
});

test('a stride beyond the filter with padding same starts at the edge, as in TensorFlow', () => {
  const dy = tf.tensor5d([1, 2, 3], [1, 3, 1, 1, 1]);
  const filter = tf.tensor5d([10], [1, 1, 1, 1, 1]);
  const out = tf.conv3dTranspose(dy, filter, [1, 8, 1, 1, 1], [3, 1, 1], 'same');
  // tf.nn.conv3d_transpose(dy, filter, [1, 8, 1, 1, 1], [1, 3, 1, 1, 1], 'SAME') of TensorFlow 2.21.
  assert.deepEqual([...out.dataSync()], [10, 0, 0, 20, 0, 0, 30, 0]);
});
