import { DT_RESOURCE, dtypeNumber } from '../dtype.ts';
import type { DType } from '../value.ts';
import { writeActivation } from './activation.ts';
import { withBias } from './core.ts';
import type { Config, Layer, LayerContext, LayerRow } from './layer.ts';
import { CannotSave } from './layer.ts';
import { flattenTime, transpose, unflattenTime } from './shaping.ts';
import type { FunctionWriter, Ref } from './writer.ts';
import { attr, FunctionWriter as Writer } from './writer.ts';

/** Layers that go through time: a While loop around one step of their cell, so that any length can be served. */
export const RECURRENT: Record<string, LayerRow> = {
  SimpleRNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,
};

/** A cell of tfjs: one step in time. Stacked ones have `cells`. */
type Cell = Pick<Layer, 'getClassName' | 'getConfig' | 'weights'> & { stateSize: number | number[]; cells?: Cell[] };
type Step = (writer: FunctionWriter, x: Ref, states: Ref[]) => Ref[];

function recurrent(context: LayerContext): Ref[] {
  const { writer, layer, config, inputs, outputShapes } = context;
  if (config.stateful) throw new CannotSave('it is stateful; a server keeps no state between requests');
  const { cell } = layer as Layer & { cell: Cell };
  const [x, ...given] = inputs as [Ref, ...Ref[]];
  if (x.shape.length !== 3) throw new CannotSave(`its input has rank ${x.shape.length}, only 3 can be saved`);
  const sizes = [cell.stateSize].flat();
  const states = given.length > 0 ? given : sizes.map((size) => zeros(writer, x, size));
  const sequences = Boolean(config.returnSequences);
  const results = loop(context, stepOf(cell, context), {
    x,
    states,
    sequences,
    backwards: Boolean(config.goBackwards),
  });
  const wanted = config.returnState ? results : results.slice(0, 1);
  return wanted.map((ref, i) => ({ ...ref, shape: outputShapes[i] ?? ref.shape }));
}

/** [batch, size] of zeros, with the batch of the moment. */
function zeros(writer: FunctionWriter, like: Ref, size: number): Ref {
  const batch = writer.like('Slice', [shapeOf(writer, like), writer.ints([0]), writer.ints([1])], INDEX);
  return fill(writer, [batch, writer.ints([size])], [null, size]);
}

function fill(writer: FunctionWriter, parts: Ref[], shape: (number | null)[]): Ref {
  const dims = writer.like('ConcatV2', [...parts, writer.int(0)], {
    N: attr.int(parts.length),
    Tidx: attr.type('int32'),
  });
  const zero = writer.constant({ dtype: 'float32', shape: [], data: Float32Array.of(0) });
  return writer.op(
    'Fill',
    [dims, zero],
    { T: attr.type('float32'), index_type: attr.type('int32') },
    { dtype: 'float32', shape },
  );
}

const INDEX = { Index: attr.type('int32') };

function shapeOf(writer: FunctionWriter, x: Ref): Ref {
  return writer.op(
    'Shape',
    [x],
    { T: attr.type(x.dtype), out_type: attr.type('int32') },
    { dtype: 'int32', shape: [x.shape.length] },
  );
}

function stepOf(cell: Cell, context: LayerContext): Step {
  const kind = cell.getClassName();
  if (kind === 'StackedRNNCells')
    return stacked((cell.cells as Cell[]).map((one) => ({ cell: one, step: stepOf(one, context) })));
  const write = CELLS[kind];
  if (!write)
    throw new CannotSave(
      `its cell ${kind} cannot be saved; those that can: ${Object.keys(CELLS).join(', ')}, StackedRNNCells`,
    );
  return (writer, x, states) => write({ ...context.weightsOf(cell), writer, config: cell.getConfig() }, x, states);
}

/** tfjs keeps the states of a stack in the order last cell first. */
function stacked(parts: { cell: Cell; step: Step }[]): Step {
  return (writer, x, states) => {
    const rest = [...states];
    const own = parts
      .toReversed()
      .map(({ cell }) => rest.splice(0, [cell.stateSize].flat().length))
      .toReversed();
    let input = x;
    const next = parts.map(({ step }, i) => {
      const [y, ...after] = step(writer, input, own[i] as Ref[]);
      input = y as Ref;
      return after;
    });
    return [input, ...next.toReversed().flat()];
  };
}

type CellContext = Pick<LayerContext, 'weight' | 'need'> & { writer: FunctionWriter; config: Config };

/** x and the states → the output and the next states, with tfjs's formulas. */
const CELLS: Record<string, (context: CellContext, x: Ref, states: Ref[]) => Ref[]> = {
  SimpleRNNCell: (context, x, [state]) => {
    const { writer, config } = context;
    const sum = writer.like('AddV2', [input(context, x), inner(context, state as Ref)]);
    const h = writeActivation(writer, config.activation, sum);
    return [h, h];
  },
  LSTMCell: (context, x, [h, c]) => {
    const { writer, config } = context;
    const sum = writer.like('AddV2', [input(context, x), inner(context, h as Ref)]);
    const [i, f, g, o] = split(writer, sum, 4) as [Ref, Ref, Ref, Ref];
    const gate = (ref: Ref) => writeActivation(writer, config.recurrentActivation, ref);
    const kept = writer.like('Mul', [gate(f), c as Ref]);
    const carry = writer.like('AddV2', [
      kept,
      writer.like('Mul', [gate(i), writeActivation(writer, config.activation, g)]),
    ]);
    const y = writer.like('Mul', [gate(o), writeActivation(writer, config.activation, carry)]);
    return [y, y, carry];
  },
  GRUCell: (context, x, [state]) => {
    const { writer, config, need } = context;
    const h = state as Ref;
    const units = config.units as number;
    const gate = (ref: Ref) => writeActivation(writer, config.recurrentActivation, ref);
    const [xz, xr, xh] = split(writer, input(context, x), 3) as [Ref, Ref, Ref];
    const kernel = writer.read(need('recurrent_kernel'));
    const gates = columns(writer, kernel, 0, 2 * units);
    const [hz, hr] = split(writer, matmul(writer, h, gates), 2) as [Ref, Ref];
    const z = gate(writer.like('AddV2', [xz, hz]));
    const r = gate(writer.like('AddV2', [xr, hr]));
    const reset = matmul(writer, writer.like('Mul', [r, h]), columns(writer, kernel, 2 * units, units));
    const candidate = writeActivation(writer, config.activation, writer.like('AddV2', [xh, reset]));
    const fresh = writer.like('Mul', [writer.like('Sub', [writer.number(1, z), z]), candidate]);
    const y = writer.like('AddV2', [writer.like('Mul', [z, h]), fresh]);
    return [y, y];
  },
};

function input(context: CellContext, x: Ref): Ref {
  const { writer, need, weight } = context;
  return withBias(writer, matmul(writer, x, writer.read(need('kernel'))), weight('bias'));
}

function inner({ writer, need }: CellContext, h: Ref): Ref {
  return matmul(writer, h, writer.read(need('recurrent_kernel')));
}

function matmul(writer: FunctionWriter, x: Ref, kernel: Ref): Ref {
  return { ...writer.like('MatMul', [x, kernel]), shape: [null, kernel.shape[1] ?? null] };
}

function split(writer: FunctionWriter, x: Ref, count: number): Ref[] {
  const part = { dtype: x.dtype, shape: [null, (x.shape[1] as number) / count] };
  const attrs = { num_split: attr.int(count), T: attr.type(x.dtype) };
  return writer.list('Split', [writer.int(1), x], attrs, new Array(count).fill(part));
}

function columns(writer: FunctionWriter, kernel: Ref, start: number, count: number): Ref {
  const sliced = writer.like('Slice', [kernel, writer.ints([0, start]), writer.ints([-1, count])], INDEX);
  return { ...sliced, shape: [kernel.shape[0] ?? null, count] };
}

type Loop = { x: Ref; states: Ref[]; sequences: boolean; backwards: boolean };
type Variable = { name: string; dtype: DType; shape: (number | null)[] };

/** Output (the last, or all of them), then the last states. */
function loop({ writer }: LayerContext, step: Step, { x, states, sequences, backwards }: Loop): Ref[] {
  const rows = transpose(writer, x, [1, 0, 2]);
  const shape = shapeOf(writer, rows);
  const length = scalar(writer, writer.like('Slice', [shape, writer.ints([0]), writer.ints([1])], INDEX));
  const units = states[0]?.shape[1] as number;
  const all = [null, null, units];
  const frame = writer.like('Slice', [shape, writer.ints([0]), writer.ints([2])], INDEX);
  const initial = [
    writer.int(0),
    length,
    rows,
    ...states,
    ...(sequences ? [fill(writer, [frame, writer.ints([units])], all)] : []),
  ];
  const variables = initial.map(({ dtype, shape: dims }, i) => ({
    name: `v${i}`,
    dtype,
    shape: i > 2 && i < 3 + states.length ? [null, dims[1] ?? null] : dims,
  }));
  const body = bodyFunction(writer, variables, states.length, step, backwards);
  const cond = condFunction(writer, variables, body.writer);
  writer.library.push(...body.writer.library, body.def, cond);
  const handles = body.writer.weights.map((weight) => writer.handle(weight));
  const attrs = {
    T: attr.types([...variables.map(({ dtype }) => dtypeNumber(dtype)), ...handles.map(() => DT_RESOURCE)]),
    output_shapes: attr.shapes([...variables.map((variable) => variable.shape), ...handles.map(() => [])]),
    cond: attr.func(cond.signature?.name ?? ''),
    body: attr.func(body.writer.name),
    parallel_iterations: attr.int(10),
  };
  const results = writer.list('While', [...initial, ...handles], attrs, variables);
  const last = results.slice(3, 3 + states.length);
  const output = sequences ? transpose(writer, results.at(-1) as Ref, [1, 0, 2]) : (last[0] as Ref);
  return [output, ...last];
}

function bodyFunction(outer: FunctionWriter, variables: Variable[], count: number, step: Step, backwards: boolean) {
  const writer = new Writer(outer.freeFunction('while_body'));
  const refs = variables.map(({ name, dtype, shape }): Ref => ({ ref: name, dtype, shape }));
  for (const { name } of variables) writer.unique(name);
  const [t, length, rows, ...rest] = refs as [Ref, Ref, Ref, ...Ref[]];
  const at = backwards ? writer.like('Sub', [writer.like('Sub', [length, t]), writer.int(1)]) : t;
  const types = { Tparams: attr.type('float32'), Tindices: attr.type('int32'), Taxis: attr.type('int32') };
  const row = writer.op('GatherV2', [rows, at, writer.int(0)], types, {
    dtype: 'float32',
    shape: [null, rows.shape[2] ?? null],
  });
  const [y, ...next] = step(writer, row, rest.slice(0, count)) as [Ref, ...Ref[]];
  const all = rest[count];
  const results = [writer.like('AddV2', [t, writer.int(1)]), length, rows, ...next];
  if (all) results.push(store(writer, all, t, y));
  const outputs = results.map((ref, i) => ({ name: `r${i}`, ref: writer.like('Identity', [ref]) }));
  return { writer, def: writer.finish(variables, outputs, writer.weights) };
}

/** The tensor of all outputs with one more filled in; TensorFlow does it in place. */
function store(writer: FunctionWriter, all: Ref, t: Ref, y: Ref): Ref {
  const index = writer.like('Reshape', [t, writer.ints([1, 1])], { Tshape: attr.type('int32') });
  const update = writer.like('ExpandDims', [y, writer.int(0)], { Tdim: attr.type('int32') });
  return writer.like('TensorScatterUpdate', [all, index, update], { Tindices: attr.type('int32') });
}

function condFunction(outer: FunctionWriter, variables: Variable[], body: FunctionWriter) {
  const writer = new Writer(outer.freeFunction('while_cond'));
  for (const { name } of variables) writer.unique(name);
  writer.weights = body.weights;
  const [t, length] = variables.map(({ name, dtype, shape }): Ref => ({ ref: name, dtype, shape })) as [Ref, Ref];
  const less = writer.op('Less', [t, length], { T: attr.type('int32') }, { dtype: 'bool' });
  return writer.finish(variables, [{ name: 'goes_on', ref: writer.like('Identity', [less]) }]);
}

function scalar(writer: FunctionWriter, x: Ref): Ref {
  return { ...writer.like('Reshape', [x, writer.ints([])], { Tshape: attr.type('int32') }), shape: [] };
}

/** The same layer forwards and backwards in time, joined. */
function bidirectional(context: LayerContext): Ref[] {
  const { writer, layer, config, inputs, outputShapes } = context;
  const { forwardLayer, backwardLayer } = layer as Layer & Record<'forwardLayer' | 'backwardLayer', Layer>;
  const [x, ...states] = inputs as [Ref, ...Ref[]];
  const half = states.length / 2;
  const options = forwardLayer.getConfig();
  const write = (inner: Layer, given: Ref[]) => {
    const shapes = (inner as unknown as { computeOutputShape(shape: unknown): unknown }).computeOutputShape(x.shape);
    return context.write(inner, [x, ...given], (options.returnState ? shapes : [shapes]) as (number | null)[][]);
  };
  const [y, ...after] = write(forwardLayer, states.slice(0, half)) as [Ref, ...Ref[]];
  const [back, ...before] = write(backwardLayer, states.slice(half)) as [Ref, ...Ref[]];
  const reversed = options.returnSequences
    ? { ...writer.like('ReverseV2', [back, writer.ints([1])], { Tidx: attr.type('int32') }), shape: back.shape }
    : back;
  const results = [...joined(writer, config.mergeMode, y, reversed), ...after, ...before];
  return results.map((ref, i) => ({ ...ref, shape: outputShapes[i] ?? ref.shape }));
}

function joined(writer: FunctionWriter, mode: unknown, a: Ref, b: Ref): Ref[] {
  switch (mode) {
    case 'sum':
      return [writer.like('AddV2', [a, b])];
    case 'mul':
      return [writer.like('Mul', [a, b])];
    case 'ave':
      return [writer.like('Mul', [writer.like('AddV2', [a, b]), writer.number(0.5, a)])];
    case 'concat':
      return [
        writer.like('ConcatV2', [a, b, writer.int(a.shape.length - 1)], { N: attr.int(2), Tidx: attr.type('int32') }),
      ];
    default:
      return [a, b];
  }
}

/** Time and batch as one batch. */
function timeDistributed(context: LayerContext): Ref {
  const { writer, layer, inputs, outputShape } = context;
  const inner = (layer as Layer & { layer: Layer }).layer;
  const x = inputs[0] as Ref;
  const [y] = context.write(inner, [flattenTime(writer, x)], [[null, ...outputShape.slice(2)]]);
  return unflattenTime(writer, y as Ref, x, outputShape);
}
