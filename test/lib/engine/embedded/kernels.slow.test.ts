import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { tf } from '../../../../lib/engine/index.ts';
import { times } from '../../../helpers/long.ts';
import { python, withoutPython } from '../../../helpers/python.ts';
import { assertClose, type Random, random } from './oracle.ts';

type Pad = 'valid' | 'same';
type Case = { attrs: object; shapes: number[][]; run: (...inputs: tf.Tensor[]) => tf.Tensor; indices?: number[] };
type Tuple2 = [number, number];
type Tuple3 = [number, number, number];
/** Of the shapes that people train with, any stride and padding. */
const OPS: Record<string, (random: Random) => Case> = {
  conv2d: ({ integer, pick }) => {
    const [strides, pad] = [[integer(1, 3), integer(1, 3)] as Tuple2, pick<Pad>(['valid', 'same'])];
    const [x, filter] = images({ integer, pick, out: integer(1, 17) });
    const run = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
    return { attrs: { strides, pad }, shapes: [x, filter], run };
  },
  conv2dTranspose: ({ integer, pick }) => {
    const [strides, pad] = [[integer(1, 2), integer(1, 2)] as Tuple2, pick<Pad>(['valid', 'same'])];
    const [shape, filter] = images({ integer, pick, out: integer(1, 9) });
    const x = tf.backend_util.computeConv2DInfo(shape as Four, filter as Four, strides, 1, pad).outShape;
    const run = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, shape as Four, strides, pad);
    return { attrs: { strides, pad, shape }, shapes: [x, filter], run };
  },
  conv3d: ({ integer, pick }) => {
    // TensorFlow's CPU has no gradient for strides that differ in height and width.
    const [stride, pad] = [integer(1, 3), pick<Pad>(['valid', 'same'])];
    const strides: Tuple3 = [stride, stride, stride];
    const [x, filter] = images({ integer, pick, out: integer(1, 9) }) as [number[], number[]];
    const shapes = [x.toSpliced(1, 0, integer(4, 6)), filter.toSpliced(0, 0, integer(1, 3))];
    const run = (a: tf.Tensor, b: tf.Tensor) => tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, strides, pad);
    return { attrs: { strides, pad }, shapes, run };
  },
  depthwise: ({ integer, pick }) => {
    const stride = integer(1, 3);
    const [strides, pad] = [[stride, stride] as Tuple2, pick<Pad>(['valid', 'same'])];
    const [x, filter] = images({ integer, pick, out: integer(1, 2) });
    const run = (a: tf.Tensor, b: tf.Tensor) => tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
    return { attrs: { strides, pad }, shapes: [x, filter], run };
  },
  maxPool: (source) => pooling(source, (x, ...rest) => tf.maxPool(x as tf.Tensor4D, ...rest)),
  avgPool: (source) => pooling(source, (x, ...rest) => tf.avgPool(x as tf.Tensor4D, ...rest)),
  matMul: ({ integer, pick }) => {
    const [m, k, n] = [integer(1, 20), integer(1, 20), integer(1, 20)];
    const [transposeA, transposeB] = [pick([true, false]), pick([true, false])];
    const shapes = [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]].map((shape) => [
      integer(2, 2),
      ...shape,
    ]);
    return { attrs: { transposeA, transposeB }, shapes, run: (a, b) => tf.matMul(a, b, transposeA, transposeB) };
  },
  gather: ({ integer }) => {
    const [rows, columns] = [integer(2, 9), integer(1, 9)];
    const indices = Array.from({ length: integer(1, 12) }, () => integer(0, rows - 1));
    return { attrs: { axis: 0 }, shapes: [[rows, columns]], indices, run: (x, i) => tf.gather(x, i as tf.Tensor1D, 0) };
  },
  einsum: ({ integer, pick }) => {
    const equation = pick(['ab,bc->ac', 'abc,cd->abd', 'abcd,abed->acbe', 'ab,ab->a']);
    const sizes = new Map([...'abcde'].map((letter) => [letter, integer(1, 6)]));
    const shapes = equation
      .split('->')[0]!
      .split(',')
      .map((term) => [...term].map((letter) => sizes.get(letter)!));
    return { attrs: { equation }, shapes, run: (a, b) => tf.einsum(equation, a, b) };
  },
  softmax: ({ integer }) => ({ attrs: {}, shapes: [[integer(1, 9), integer(1, 12)]], run: (x) => tf.softmax(x) }),
  batchNorm: ({ integer }) => {
    const channels = integer(1, 9);
    return {
      attrs: {},
      shapes: [[integer(2, 4), integer(2, 6), integer(2, 6), channels], [channels], [channels]],
      run: (x, gamma, beta) => {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        return tf.batchNorm(
          x as tf.Tensor4D,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          beta as tf.Tensor1D,
          gamma as tf.Tensor1D,
          1e-3,
        );
      },
    };
  },
};
/** tfjs has no gradient of it. */
const FORWARD_ONLY = ['einsum'];

type Four = [number, number, number, number];

function images({ integer, out }: Pick<Random, 'integer' | 'pick'> & { out: number }): [number[], number[]] {
  const [channels, height, width] = [integer(1, 8), integer(1, 4), integer(1, 4)];
  return [
    [integer(1, 3), integer(5, 10), integer(5, 10), channels],
    [height, width, channels, out],
  ];
}

function pooling(
  { integer, pick }: Random,
  pool: (x: tf.Tensor, window: Tuple2, strides: Tuple2, pad: Pad) => tf.Tensor,
): Case {
  const [window, strides] = [[integer(1, 4), integer(1, 4)] as Tuple2, [integer(1, 3), integer(1, 3)] as Tuple2];
  const pad = pick<Pad>(['valid', 'same']);
  const shapes = [[integer(1, 3), integer(5, 10), integer(5, 10), integer(1, 8)]];
  return { attrs: { window, strides, pad }, shapes, run: (x) => pool(x, window, strides, pad) };
}

const folder = mkdtempSync(join(tmpdir(), 'typelab-kernels-'));
after(() => rmSync(folder, { recursive: true }));
const COUNT = times(8, 200);

describe(`the embedded engine computes and differentiates as TensorFlow, ${COUNT} random cases each`, {
  skip: withoutPython,
}, () => {
  const cases = Object.entries(OPS).flatMap(([op, make]) =>
    Array.from({ length: COUNT }, (_, seed) => {
      const source = random(seed + 1);
      const made = make(source);
      const inputs = made.shapes.map((shape) => ({
        shape,
        values: [...source.floats(tf.util.sizeFromShape(shape))],
        dtype: 'float32',
      }));
      if (made.indices) inputs.push({ shape: [made.indices.length], values: made.indices, dtype: 'int32' });
      return { op, seed, attrs: made.attrs, run: made.run, inputs, gradients: !FORWARD_ONLY.includes(op) };
    }),
  );
  let answers: number[][][] = [];
  before(async () => {
    const file = join(folder, 'cases.json');
    writeFileSync(file, JSON.stringify(cases.map(({ run, ...plain }) => plain)));
    await execa(python!, [join(import.meta.dirname, 'kernels.py'), file]);
    answers = JSON.parse(readFileSync(file, 'utf8'));
  });

  for (const op of Object.keys(OPS)) {
    test(op, () => {
      for (const [i, { run, inputs, ...one }] of cases.entries()) {
        if (one.op !== op) continue;
        tf.tidy(() => {
          const tensors = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype as 'float32'));
          const floats = tensors.filter(({ dtype }) => dtype === 'float32');
          const fixed = tensors.filter(({ dtype }) => dtype !== 'float32');
          const loss = (...given: tf.Tensor[]) =>
            run(...given, ...fixed)
              .square()
              .sum();
          const gradients = one.gradients ? tf.grads(loss)(floats) : [];
          const what = `${op} ${one.seed}: ${inputs.map(({ shape }) => `[${shape}]`)} ${JSON.stringify(one.attrs)}`;
          for (const [n, tensor] of [run(...tensors), ...gradients].entries())
            assertClose(tensor.dataSync(), answers[i]![n]!, 2e-4, `${what}, ${n === 0 ? 'output' : `gradient ${n}`}`);
        });
      }
    });
  }
});
