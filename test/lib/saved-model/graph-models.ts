import { tf } from '../../../lib/engine/index.ts';

/** GraphModels as tfjs's converter writes them: fused ops, loops in functions, outputs by key. */
export const graphModels: Record<string, () => Promise<tf.GraphModel>> = {
  graph_fused: () =>
    load({
      inputs: { x: [-1, 8, 8, 2] },
      outputs: ['soft', 'prelu'],
      weights: {
        filter: normal([3, 3, 2, 4], 1),
        bias: normal([4], 2),
        spread: normal([3, 3, 4, 2], 3),
        spread_bias: normal([8], 4),
        alpha: normal([8], 5),
        matrix: normal([8, 3], 6),
        matrix_bias: normal([3], 7),
        axes: tf.tensor1d([1, 2], 'int32'),
      },
      nodes: [
        op('conv', '_FusedConv2D', ['x', 'filter', 'bias'], {
          ...window(1),
          fused_ops: texts('BiasAdd', 'Relu'),
          num_args: { i: '1' },
        }),
        op('deep', 'FusedDepthwiseConv2dNative', ['conv', 'spread', 'spread_bias'], {
          ...window(2),
          fused_ops: texts('BiasAdd', 'Relu6'),
          num_args: { i: '1' },
        }),
        op('prelu', 'Prelu', ['deep', 'alpha'], {}),
        op('mean', 'Mean', ['prelu', 'axes'], { T: FLOAT, Tidx: INT, keep_dims: { b: false } }),
        op('product', '_FusedMatMul', ['mean', 'matrix', 'matrix_bias'], {
          T: FLOAT,
          fused_ops: texts('BiasAdd'),
          num_args: { i: '1' },
        }),
        op('soft', 'Softmax', ['product'], { T: FLOAT }),
      ],
    }),
  graph_loop: () =>
    load({
      inputs: { x: [-1, 3] },
      outputs: ['loop:1', 'halves:1'],
      weights: {
        zero: tf.scalar(0, 'int32'),
        one: tf.scalar(1, 'int32'),
        three: tf.scalar(3, 'int32'),
        two: tf.scalar(2),
        axis: tf.scalar(1, 'int32'),
        pad: tf.tensor2d(
          [
            [0, 0],
            [0, 1],
          ],
          [2, 2],
          'int32',
        ),
      },
      nodes: [
        op('loop', 'StatelessWhile', ['zero', 'x'], {
          T: { list: { type: ['DT_INT32', 'DT_FLOAT'] } },
          cond: { func: { name: 'goes_on' } },
          body: { func: { name: 'doubles' } },
        }),
        op('padded', 'Pad', ['loop:1', 'pad'], { T: FLOAT, Tpaddings: INT }),
        op('halves', 'Split', ['axis', 'padded'], { T: FLOAT, num_split: { i: '2' } }),
      ],
      functions: [
        {
          signature: {
            name: 'goes_on',
            inputArg: [arg('i', 'DT_INT32'), arg('y', 'DT_FLOAT')],
            outputArg: [arg('more', 'DT_BOOL')],
          },
          nodeDef: [op('three', 'Const', [], { dtype: INT }), op('less', 'Less', ['i', 'three:output:0'], { T: INT })],
          ret: { more: 'less:z:0' },
        },
        {
          signature: {
            name: 'doubles',
            inputArg: [arg('i', 'DT_INT32'), arg('y', 'DT_FLOAT')],
            outputArg: [arg('next', 'DT_INT32'), arg('twice', 'DT_FLOAT')],
          },
          nodeDef: [
            op('one', 'Const', [], { dtype: INT }),
            op('two', 'Const', [], { dtype: FLOAT }),
            op('add', 'AddV2', ['i', 'one:output:0'], { T: INT }),
            op('mul', 'Mul', ['y', 'two:output:0'], { T: FLOAT }),
          ],
          ret: { next: 'add:z:0', twice: 'mul:z:0' },
        },
      ],
    }),
};

type Node = { name: string; op: string; input: string[]; attr: Record<string, unknown> };
type Parts = {
  inputs: Record<string, number[]>;
  outputs: string[];
  weights: Record<string, tf.Tensor>;
  nodes: Node[];
  functions?: unknown[];
};

const FLOAT = { type: 'DT_FLOAT' };
const INT = { type: 'DT_INT32' };

function op(name: string, kind: string, input: string[], attr: Record<string, unknown>): Node {
  return { name, op: kind, input, attr };
}

function arg(name: string, type: string) {
  return { name, type };
}

function texts(...list: string[]) {
  return { list: { s: list.map((text) => Buffer.from(text).toString('base64')) } };
}

function window(stride: number) {
  const strides = { list: { i: ['1', String(stride), String(stride), '1'] } };
  const dilations = { list: { i: ['1', '1', '1', '1'] } };
  return {
    T: FLOAT,
    strides,
    dilations,
    padding: { s: Buffer.from('SAME').toString('base64') },
    data_format: { s: Buffer.from('NHWC').toString('base64') },
  };
}

function normal(shape: number[], seed: number): tf.Tensor {
  return tf.randomNormal(shape, 0, 0.5, 'float32', seed);
}

async function load({ inputs, outputs, weights, nodes, functions = [] }: Parts): Promise<tf.GraphModel> {
  const shape = (dims: number[]) => ({ dim: dims.map((size) => ({ size: String(size) })) });
  const placeholders = Object.entries(inputs).map(([name, dims]) =>
    op(name, 'Placeholder', [], { dtype: FLOAT, shape: { shape: shape(dims) } }),
  );
  const constants = Object.entries(weights).map(([name, { dtype, shape: dims }]) =>
    op(name, 'Const', [], {
      dtype: dtype === 'int32' ? INT : FLOAT,
      value: { tensor: { dtype: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT', tensorShape: shape(dims) } },
    }),
  );
  const { data, specs } = await tf.io.encodeWeights(weights);
  return tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: {
        node: [...placeholders, ...constants, ...nodes],
        library: { function: functions },
        versions: { producer: 1882 },
      },
      format: 'graph-model',
      weightSpecs: specs,
      weightData: data,
      signature: {
        inputs: Object.fromEntries(
          Object.entries(inputs).map(([name, dims]) => [
            name,
            { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: shape(dims) },
          ]),
        ),
        outputs: Object.fromEntries(
          outputs.map((name, i) => [
            `output_${i}`,
            { name: name.includes(':') ? name : `${name}:0`, dtype: 'DT_FLOAT', tensorShape: shape([-1]) },
          ]),
        ),
      },
    } as never),
  );
}
