import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { fusedLoss, type Loss } from '../../../../lib/engine/embedded/fused-cross-entropy.ts';
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
    const [x, filter] = images({ integer, pick, out: integer(1, 9) }) as [number[], number[]];
    const shapes = [x.toSpliced(1, 0, integer(4, 6)), filter.toSpliced(0, 0, integer(1, 3))];
    // Without oneDNN it begins outside the volume where a stride is larger than the filter.
    const smallest = Math.min(...shapes[1]!.slice(0, 3));
    const [stride, pad] = [integer(1, smallest), pick<Pad>(['valid', 'same'])];
    const strides: Tuple3 = [stride, stride, stride];
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
  dilatedConv2d: ({ integer, pick }) => {
    const [dilations, pad] = [integer(1, 3), pick<Pad>(['valid', 'same'])];
    const [x, filter] = images({ integer, pick, out: integer(1, 17) });
    const shapes = [x.with(1, x[1]! + 5).with(2, x[2]! + 5), filter];
    const run = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad, 'NHWC', dilations);
    return { attrs: { dilations, pad }, shapes, run };
  },
  dilatedDepthwise: ({ integer, pick }) => {
    const [dilations, pad] = [[integer(1, 3), integer(1, 3)] as Tuple2, pick<Pad>(['valid', 'same'])];
    const [x, filter] = images({ integer, pick, out: integer(1, 2) });
    const shapes = [x.with(1, x[1]! + 5).with(2, x[2]! + 5), filter];
    const run = (a: tf.Tensor, b: tf.Tensor) =>
      tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad, 'NHWC', dilations);
    return { attrs: { dilations, pad }, shapes, run };
  },
  conv3dTranspose: ({ integer, pick }) => {
    const [stride, pad] = [integer(1, 2), pick<Pad>(['valid', 'same'])];
    const strides: Tuple3 = [stride, stride, stride];
    const [flat, filter2d] = images({ integer, pick, out: integer(1, 5) });
    const [shape, filter] = [flat.toSpliced(1, 0, integer(4, 6)), filter2d.toSpliced(0, 0, integer(1, 3))];
    const x = tf.backend_util.computeConv3DInfo(shape as Five, filter as Five, strides, 1, pad).outShape;
    const run = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv3dTranspose(a as tf.Tensor5D, b as tf.Tensor5D, shape as Five, strides, pad);
    return { attrs: { strides, pad, shape }, shapes: [x, filter], run };
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
  fusedConv2d: ({ integer, pick }) => {
    const [strides, pad] = [[integer(1, 3), integer(1, 3)] as Tuple2, pick<Pad>(['valid', 'same'])];
    const [x, filter] = images({ integer, pick, out: integer(1, 17) });
    const run = (...[a, b, bias]: tf.Tensor[]) =>
      tf.fused.conv2d({
        x: a as tf.Tensor4D,
        filter: b as tf.Tensor4D,
        strides,
        pad,
        bias: bias as tf.Tensor1D,
        activation: 'relu',
      });
    return { attrs: { strides, pad }, shapes: [x, filter, [filter.at(-1)!]], run };
  },
  fusedDense: ({ integer }) => {
    const [rows, inputs, units] = [integer(1, 20), integer(1, 20), integer(1, 20)];
    const run = (...[a, b, bias]: tf.Tensor[]) =>
      tf.fused.matMul({
        a: a as tf.Tensor2D,
        b: b as tf.Tensor2D,
        transposeA: false,
        transposeB: false,
        bias,
        activation: 'relu',
      });
    return { attrs: {}, shapes: [[rows, inputs], [inputs, units], [units]], run };
  },
  sparseCrossEntropy: ({ integer }) => {
    const [rows, classes] = [integer(1, 9), integer(2, 12)];
    const indices = Array.from({ length: rows }, () => integer(0, classes - 1));
    const loss = fusedLoss('sparseCategoricalCrossentropy', neverOwn);
    return {
      attrs: {},
      shapes: [[rows, classes]],
      indices,
      run: (x, labels) => loss(labels!, tf.softmax(x!.mul(3))),
    };
  },
  crossEntropy: ({ integer }) => {
    const shape = [integer(1, 9), integer(2, 12)];
    const loss = fusedLoss('categoricalCrossentropy', neverOwn);
    return { attrs: {}, shapes: [shape], run: (x) => loss(tf.fill(shape, 1 / shape[1]!), tf.softmax(x)) };
  },
  softmax: ({ integer }) => ({ attrs: {}, shapes: [[integer(1, 9), integer(1, 12)]], run: (x) => tf.softmax(x) }),
  batchNorm: ({ integer }) => {
    return {
      attrs: {},
      shapes: normalized(integer),
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
  batchNormTraining: ({ integer }) => {
    const run = (...[x, gamma, beta]: tf.Tensor[]) => {
      const inputs = { x: x!, gamma: gamma!, beta: beta! };
      return (tf.engine().runKernel('BatchNormTraining', inputs, { epsilon: 1e-3 }) as unknown as tf.Tensor[])[0]!;
    };
    return { attrs: {}, shapes: normalized(integer), run };
  },
};
const neverOwn: Loss = () => {
  throw new Error('the fused loss left these tensors to tfjs');
};

type Four = [number, number, number, number];
type Five = [number, number, number, number, number];

function normalized(integer: Random['integer']): number[][] {
  const channels = integer(1, 9);
  return [[integer(2, 4), integer(2, 6), integer(2, 6), channels], [channels], [channels]];
}

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
      return { op, seed, attrs: made.attrs, run: made.run, inputs };
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
          const gradients = tf.grads(loss)(floats);
          const what = `${op} ${one.seed}: ${inputs.map(({ shape }) => `[${shape}]`)} ${JSON.stringify(one.attrs)}`;
          for (const [n, tensor] of [run(...tensors), ...gradients].entries())
            assertClose(tensor.dataSync(), answers[i]![n]!, 2e-4, `${what}, ${n === 0 ? 'output' : `gradient ${n}`}`);
        });
      }
    });
  }
});
