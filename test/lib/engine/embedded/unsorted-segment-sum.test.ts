import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both, random } from './oracle.ts';

test('segment sums agree with the cpu backend', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { integer, floats } = random(seed);
    const [rows, width, segments] = [integer(1, 12), integer(1, 5), integer(1, 6)];
    const ids = Array.from({ length: rows }, () => integer(0, segments - 1));
    const xs = floats(rows * width);
    const { expected, actual } = both(() =>
      tf.unsortedSegmentSum(tf.tensor2d(xs, [rows, width]), tf.tensor1d(ids, 'int32'), segments).dataSync(),
    );
    assertClose(actual, expected, 1e-5, `seed ${seed}`);
  }
});

test('an embedding has a gradient', () => {
  const { expected, actual } = both(() => {
    const gradient = tf.grad((table: tf.Tensor) =>
      tf
        .gather(table, tf.tensor1d([1, 1, 3], 'int32'))
        .square()
        .sum(),
    );
    return gradient(tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2])).dataSync();
  });
  assertClose(actual, expected, 0, 'embedding');
});
