import { DT_RESOURCE, dtypeNumber } from '../dtype.ts';
import type { DType } from '../value.ts';
import { writeActivation } from './activation.ts';
import { convolution } from './convolution.ts';
import { withBias } from './core.ts';
import type { Config, Layer, LayerContext, LayerRow } from './layer.ts';
import { CannotSave, expect } from './layer.ts';
import { cast, flattenTime, transpose, unflattenTime } from './shaping.ts';
import type { FunctionWriter, Ref } from './writer.ts';
import { attr, FunctionWriter as Writer } from './writer.ts';

/** Layers that go through time: a While loop around one step of their cell, so that any length can be served. */
export const RECURRENT: Record<string, LayerRow> = {
  SimpleRNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  ConvLSTM2D: recurrent,
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
  if (context.masking && !context.mask)
    throw new CannotSave('its input has no mask, but another layer makes one, which tfjs 4.22 then applies here too');
  const states = given.length > 0 ? given : statesOf(context, cell).map((shape) => zeros(writer, x, shape));
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

/** The shapes of the states of one example: vectors, or images. */
function statesOf({ inputs: [x], outputShape }: LayerContext, cell: Cell): number[][] {
  const sizes = [cell.stateSize].flat();
  if ((x as Ref).shape.length === 3) return sizes.map((size) => [size]);
  const image = outputShape.slice(-3);
  if (image.includes(null)) throw new CannotSave(`the height and width of its output must be known, not [${image}]`);
  return sizes.map(() => image as number[]);
}

/** [batch, …shape] of zeros, with the batch of the moment. */
function zeros(writer: FunctionWriter, like: Ref, shape: number[]): Ref {
  const batch = writer.like('Slice', [shapeOf(writer, like), writer.ints([0]), writer.ints([1])], INDEX);
  return fill(writer, [batch, writer.ints(shape)], [null, ...shape]);
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
  LSTMCell: (context, x, [h, c]) =>
    lstm(context, context.writer.like('AddV2', [input(context, x), inner(context, h as Ref)]), c as Ref),
  ConvLSTM2DCell: (context, x, [h, c]) => {
    const { writer, config, need, weight } = context;
    expect(config, 'dataFormat', 'channelsLast');
    const seen = writer.like('Conv2D', [x, writer.read(need('kernel'))], convolution(config));
    const kept = writer.like('Conv2D', [h as Ref, writer.read(need('recurrent_kernel'))], convolution(SAME));
    const sum = writer.like('AddV2', [withBias(writer, seen, weight('bias')), kept]);
    const [rows = null, columns = null, filters] = (h as Ref).shape.slice(1);
    return lstm(context, { ...sum, shape: [null, rows, columns, 4 * (filters as number)] }, c as Ref);
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

const SAME = { padding: 'same' };

/** The output and the next states, from what the four gates sum up. */
function lstm({ writer, config }: CellContext, sum: Ref, c: Ref): Ref[] {
  const [i, f, g, o] = split(writer, sum, 4) as [Ref, Ref, Ref, Ref];
  const gate = (ref: Ref) => writeActivation(writer, config.recurrentActivation, ref);
  const fresh = writer.like('Mul', [gate(i), writeActivation(writer, config.activation, g)]);
  const carry = writer.like('AddV2', [writer.like('Mul', [gate(f), c]), fresh]);
  const y = writer.like('Mul', [gate(o), writeActivation(writer, config.activation, carry)]);
  return [y, y, carry];
}

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
  const axis = x.shape.length - 1;
  const part = { dtype: x.dtype, shape: [...x.shape.slice(0, -1), (x.shape[axis] as number) / count] };
  const attrs = { num_split: attr.int(count), T: attr.type(x.dtype) };
  return writer.list('Split', [writer.int(axis), x], attrs, new Array(count).fill(part));
}

function columns(writer: FunctionWriter, kernel: Ref, start: number, count: number): Ref {
  const sliced = writer.like('Slice', [kernel, writer.ints([0, start]), writer.ints([-1, count])], INDEX);
  return { ...sliced, shape: [kernel.shape[0] ?? null, count] };
}

type Loop = { x: Ref; states: Ref[]; sequences: boolean; backwards: boolean };
type Variable = { name: string; dtype: DType; shape: (number | null)[] };

/** Output (the last, or all of them), then the last states. */
function loop({ writer, mask }: LayerContext, step: Step, { x, states, sequences, backwards }: Loop): Ref[] {
  const rows = timeFirst(writer, x);
  const shape = shapeOf(writer, rows);
  const length = scalar(writer, writer.like('Slice', [shape, writer.ints([0]), writer.ints([1])], INDEX));
  const one = states[0]?.shape.slice(1) as number[];
  const frame = writer.like('Slice', [shape, writer.ints([0]), writer.ints([2])], INDEX);
  const initial = [
    writer.int(0),
    length,
    rows,
    ...states.map((state) => ({ ...state, shape: [null, ...state.shape.slice(1)] })),
    ...(sequences ? [fill(writer, [frame, writer.ints(one)], [null, null, ...one])] : []),
    ...(mask ? [perStep(writer, mask)] : []),
  ];
  const variables = initial.map(({ dtype, shape: dims }, i) => ({ name: `v${i}`, dtype, shape: dims }));
  const body = bodyFunction(writer, variables, { count: states.length, sequences, backwards }, step);
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
  const output = sequences ? timeFirst(writer, results[3 + states.length] as Ref) : (last[0] as Ref);
  return [output, ...last];
}

/** [batch, time, …] as [time, batch, …], and back. */
function timeFirst(writer: FunctionWriter, x: Ref): Ref {
  return transpose(writer, x, [1, 0, ...x.shape.map((_, axis) => axis).slice(2)]);
}

/** A mask as numbers to multiply the states of a step with: [time, batch, 1]. */
function perStep(writer: FunctionWriter, mask: Ref): Ref {
  const numbers = timeFirst(writer, cast(writer, mask, 'float32'));
  const column = writer.like('ExpandDims', [numbers, writer.int(2)], { Tdim: attr.type('int32') });
  return { ...column, shape: [...numbers.shape, 1] };
}

type Body = { count: number; sequences: boolean; backwards: boolean };

function bodyFunction(outer: FunctionWriter, variables: Variable[], { count, sequences, backwards }: Body, step: Step) {
  const writer = new Writer(outer.freeFunction('while_body'));
  const refs = variables.map(({ name, dtype, shape }): Ref => ({ ref: name, dtype, shape }));
  for (const { name } of variables) writer.unique(name);
  const [t, length, rows, ...rest] = refs as [Ref, Ref, Ref, ...Ref[]];
  const states = rest.splice(0, count);
  const [all, mask] = sequences ? rest : [undefined, ...rest];
  const at = backwards ? writer.like('Sub', [writer.like('Sub', [length, t]), writer.int(1)]) : t;
  const stepped = step(writer, rowAt(writer, rows, at), states) as [Ref, ...Ref[]];
  const [y, ...next] = mask ? kept(writer, rowAt(writer, mask, at), stepped, states) : stepped;
  const results = [writer.like('AddV2', [t, writer.int(1)]), length, rows, ...next];
  if (all) results.push(store(writer, all, t, y as Ref));
  if (mask) results.push(mask);
  const outputs = results.map((ref, i) => ({ name: `r${i}`, ref: writer.like('Identity', [ref]) }));
  return { writer, def: writer.finish(variables, outputs, writer.weights) };
}

function rowAt(writer: FunctionWriter, rows: Ref, at: Ref): Ref {
  const types = { Tparams: attr.type('float32'), Tindices: attr.type('int32'), Taxis: attr.type('int32') };
  const result = { dtype: 'float32', shape: rows.shape.slice(1) } as const;
  return writer.op('GatherV2', [rows, at, writer.int(0)], types, { ...result, shape: [...result.shape] });
}

/** Where a step does not count, the states stay; its output is the first of them, as in tfjs. */
function kept(writer: FunctionWriter, counts: Ref, [y, ...next]: [Ref, ...Ref[]], states: Ref[]): Ref[] {
  const rest = writer.like('Sub', [writer.number(1, counts), counts]);
  const mix = (fresh: Ref, old: Ref) => {
    const parts = [writer.like('Mul', [fresh, counts]), writer.like('Mul', [old, rest])];
    return { ...writer.like('AddV2', parts), shape: old.shape };
  };
  return [mix(y, states[0] as Ref), ...next.map((state, i) => mix(state, states[i] as Ref))];
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
    const told = (options.returnState ? shapes : [shapes]) as (number | null)[][];
    return context.write(inner, [x, ...given], told, context.mask);
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
