import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both, random } from './oracle.ts';

const EQUATIONS = 'ab,bc->ac ab,cb->ca abc,cd->abd abcd,abed->acbe abc,abc-> abc->cab ab->b a,b->ab bij,bjk->bik';

test('einsum agrees with the cpu backend', () => {
  for (const [seed, equation] of EQUATIONS.split(' ').entries()) {
    const { integer, floats } = random(seed + 1);
    const sizes = new Map([...'abcdeijk'].map((letter) => [letter, integer(1, 6)]));
    const shapes = equation
      .split('->')[0]!
      .split(',')
      .map((term) => [...term].map((letter) => sizes.get(letter)!));
    const values = shapes.map((shape) => floats(tf.util.sizeFromShape(shape)));
    const factors = () => shapes.map((shape, i) => tf.tensor(values[i]!, shape));
    const output = both(() => tf.einsum(equation, ...factors()).dataSync());
    assertClose(output.actual, output.expected, 1e-5, equation);
  }
});

test('einsum of integers stays exact', () => {
  const [a, b] = [tf.tensor2d([16_777_217, 1], [1, 2], 'int32'), tf.tensor2d([3, 1], [2, 1], 'int32')];
  const product = tf.einsum('ij,jk->ik', a, b);
  assert.deepEqual([product.dtype, ...product.dataSync()], ['int32', 50_331_652]);
});

test('einsum leaves no tensors behind', () => {
  const x = tf.ones([2, 3, 4]);
  const before = tf.memory().numDataBuffers;
  for (const equation of ['abc,abd->acd', 'abc,cde->bae']) {
    const y = equation.includes('cde') ? tf.ones([4, 2, 3]) : x;
    tf.dispose(tf.einsum(equation, x, y));
    if (y !== x) y.dispose();
  }
  tf.dispose(tf.einsum('abc->c', x));
  assert.equal(tf.memory().numDataBuffers, before);
});
