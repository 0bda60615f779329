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
