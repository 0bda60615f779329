import { dtypeNumber, sizeOf } from '../dtype.ts';
import { corrupt } from '../error.ts';
import { create } from '../proto.ts';
import { ArgDef, type FunctionDef, GraphDef, MetaGraphDef, SignatureDef, TensorInfoProto } from '../schema.ts';
import { toShapeProto } from '../tensor-proto.ts';
import type { DType, HostTensor } from '../value.ts';
import { Drawing } from './drawing.ts';
import { Table } from './flat-buffer.ts';
import type { LiteGraph, LiteModel, LiteOperator, LiteSignature, LiteTensor, Quantization } from './model.ts';
import { readLiteModel } from './model.ts';
import { clip, OPERATORS } from './operators.ts';

/**
 * A TensorFlow Lite model as a graph of TensorFlow's ops, with its signatures; without any, `serving_default` takes and
 * gives the first graph's tensors under their own names, as TF Serving has it. Numbers that the file stores as scaled
 * integers are computed as the real numbers that they stand for, rounded to what the integers can hold after each
 * operator: what TensorFlow Lite answers, to about one step of the scale.
 */
export function readLite(file: Uint8Array): MetaGraphDef {
  try {
    return toMetaGraph(readLiteModel(file));
  } catch (error) {
    // DataView's and Buffer's own checks.
    if (error instanceof RangeError) throw corrupt('an offset goes beyond the end of the file');
    throw error;
  }
}

function toMetaGraph(model: LiteModel): MetaGraphDef {
  const draw = new Drawing();
  const functions = new Functions(model.graphs);
  const signatures = model.signatures.length > 0 ? model.signatures : [plainSignature(model)];
  const drawn = new Map<number, Drawn>();
  const signature_def = new Map(
    signatures.map((signature) => {
      const graph = model.graphs[signature.graph];
      if (!graph) throw corrupt(`signature "${signature.key}": there is no graph ${signature.graph}`);
      const references = drawn.get(signature.graph) ?? drawRoot(draw, graph, functions);
      drawn.set(signature.graph, references);
      return [signature.key, signatureDef(signature, graph, references)];
    }),
  );
  return create(MetaGraphDef, {
    meta_info_def: { stripped_op_list: undefined, tags: ['serve'], tensorflow_version: '' },
    graph_def: create(GraphDef, { node: draw.nodes, library: { function: functions.drawn } }),
    signature_def,
  });
}

/** References of what goes in and what comes out, by the number of the tensor. */
type Drawn = { feeds: Map<number, string>; fetches: Map<number, string> };

function plainSignature({ graphs }: LiteModel): LiteSignature {
  const graph = graphs[0] ?? { tensors: [], inputs: [], outputs: [], operators: [] };
  const named = (numbers: number[]): [string, number][] => {
    const names = numbers.map((number) => graph.tensors[number]?.name ?? '');
    // TF Serving strips the output's number, and so loses one of two outputs of the same operator.
    const short = names.map((name) => name.split(':')[0] as string);
    return numbers.map((number, i) => {
      const alone = short.filter((other) => other === short[i]).length === 1;
      return [(alone ? short[i] : names[i]) as string, number];
    });
  };
  return { key: 'serving_default', graph: 0, inputs: named(graph.inputs), outputs: named(graph.outputs) };
}

function signatureDef(signature: LiteSignature, graph: LiteGraph, { feeds, fetches }: Drawn): SignatureDef {
  const infos = (maps: [string, number][], references: Map<number, string>): Map<string, TensorInfoProto> =>
    new Map(
      maps.map(([key, number]) => {
        const [tensor, reference] = [graph.tensors[number], references.get(number)];
        if (!tensor || reference === undefined)
          throw corrupt(`signature "${signature.key}": ${key} is no tensor of it`);
        const dtype = dtypeNumber(tensor.dtype);
        const full = reference.includes(':') ? reference : `${reference}:0`;
        // The file's own name where it means the same: early converters left out the `:0`.
        const name = tensor.name === reference ? reference : full;
        return [key, create(TensorInfoProto, { name, dtype, tensor_shape: toShapeProto(tensor.shape) })];
      }),
    );
  return create(SignatureDef, {
    inputs: infos(signature.inputs, feeds),
    outputs: infos(signature.outputs, fetches),
    method_name: signature.methodName ?? 'tensorflow/serving/predict',
  });
}

function drawRoot(draw: Drawing, graph: LiteGraph, functions: Functions): Drawn {
  const references = new Map<number, string>();
  const feeds = new Map<number, string>();
  const at = (number: number): LiteTensor => graph.tensors[number] as LiteTensor;
  for (const number of graph.inputs) {
    const tensor = at(number);
    draw.near(tensor.name);
    const feed = draw.node('Placeholder', [], { dtype: { type: tensor.dtype } });
    feeds.set(number, feed);
    references.set(number, isScaled(tensor) ? toReal(draw, feed, tensor.quantization) : feed);
  }
  const reference = drawOperators(draw, graph, references, functions);
  const fetches = graph.outputs.map((number): [number, string] => {
    const tensor = at(number);
    draw.near(tensor.name);
    const real = reference(number);
    return [number, isScaled(tensor) ? toStored(draw, real, tensor) : real];
  });
  return { feeds, fetches: new Map(fetches) };
}

/** Graphs that operators of other graphs run, as functions: each is drawn when the first one asks for it. */
class Functions {
  drawn: FunctionDef[] = [];
  #graphs: LiteGraph[];
  #names = new Map<number, string>();

  constructor(graphs: LiteGraph[]) {
    this.#graphs = graphs;
  }

  name(number: number): string {
    const known = this.#names.get(number);
    if (known !== undefined) return known;
    const graph = this.#graphs[number];
    if (!graph) throw corrupt(`there is no graph ${number}`);
    const name = `graph_${number}`;
    this.#names.set(number, name);
    const draw = new Drawing();
    const inputs = graph.inputs.map((input, i): [number, string] => [input, draw.argument(`input_${i}`)]);
    const reference = drawOperators(draw, graph, new Map(inputs), this);
    const ret = new Map(graph.outputs.map((output, i) => [`output_${i}`, reference(output)]));
    const args = (names: Iterable<string>): ArgDef[] => Array.from(names, (arg) => create(ArgDef, { name: arg }));
    const signature = { name, input_arg: args(inputs.map(([, arg]) => arg)), output_arg: args(ret.keys()) };
    this.drawn.push({ signature, node_def: draw.nodes, ret, control_ret: new Map() });
    return name;
  }
}

/** Draws a graph's operators, in their order; the reference of any tensor after it. */
function drawOperators(
  draw: Drawing,
  graph: LiteGraph,
  references: Map<number, string>,
  functions: Functions,
): (number: number) => string {
  const reference = (number: number): string => {
    if (number === -1) return '';
    const known = references.get(number);
    if (known !== undefined) return known;
    const { name, constant, quantization } = graph.tensors[number] as LiteTensor;
    if (!constant) throw corrupt(`the tensor "${name}" is used before it is computed`);
    draw.near(name);
    const drawn = draw.constant(quantization ? realConstant(constant, quantization) : readable(constant));
    references.set(number, drawn);
    return drawn;
  };
  for (const operator of graph.operators) {
    const made = drawOperator(draw, graph, operator, operator.inputs.map(reference), functions);
    operator.outputs.forEach((number, i) => {
      references.set(number, made[i] ?? '');
    });
  }
  return reference;
}

function drawOperator(
  draw: Drawing,
  graph: LiteGraph,
  operator: LiteOperator,
  inputs: string[],
  functions: Functions,
): string[] {
  const to = operator.outputs.map((number) => graph.tensors[number] as LiteTensor);
  draw.near(to[0]?.name ?? operator.name);
  const make = OPERATORS[operator.name];
  // Under its own name it is found, and named, as an op that is not supported.
  if (!make) {
    const node = draw.node(operator.name, inputs.filter(Boolean));
    return to.map((_, i) => `${node}:${i}`);
  }
  const from = operator.inputs.map((number) => graph.tensors[number]);
  const graphName = (number: number) => functions.name(number);
  const made = [make({ draw, inputs, from, to, options: operator.options ?? NO_OPTIONS, graphName })].flat();
  return to.map((tensor, i) => (isScaled(tensor) ? rounded(draw, made[i] ?? '', tensor) : (made[i] ?? '')));
}

/** A table without any field: all have their defaults. */
const NO_OPTIONS = new Table(new DataView(Int32Array.of(-4, 4).buffer), 0);

/** Whether its integers stand for real numbers. */
function isScaled(tensor: LiteTensor): tensor is LiteTensor & { quantization: Quantization } {
  return tensor.quantization !== undefined && Object.hasOwn(LIMITS, tensor.dtype);
}

const LIMITS: Partial<Record<DType, [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
};

function toReal(draw: Drawing, stored: string, { scale: [scale = 1], zeroPoint: [zero = 0] }: Quantization): string {
  const real = draw.node('Cast', [stored], { DstT: { type: 'float32' } });
  return draw.node('Mul', [draw.node('Sub', [real, draw.float(zero)]), draw.float(scale)]);
}

function toStored(draw: Drawing, real: string, tensor: LiteTensor & { quantization: Quantization }): string {
  return draw.node('Cast', [steps(draw, real, tensor)], { DstT: { type: tensor.dtype } });
}

/** The nearest number that the tensor's integers can stand for. */
function rounded(draw: Drawing, real: string, tensor: LiteTensor & { quantization: Quantization }): string {
  const {
    scale: [scale = 1],
    zeroPoint: [zero = 0],
  } = tensor.quantization;
  return draw.node('Mul', [draw.node('Sub', [steps(draw, real, tensor), draw.float(zero)]), draw.float(scale)]);
}

function steps(
  draw: Drawing,
  real: string,
  { dtype, quantization }: LiteTensor & { quantization: Quantization },
): string {
  const {
    scale: [scale = 1],
    zeroPoint: [zero = 0],
  } = quantization;
  const [low, high] = LIMITS[dtype] as [number, number];
  const whole = draw.node('Round', [draw.node('Mul', [real, draw.float(1 / scale)])]);
  return clip(draw, draw.node('AddV2', [whole, draw.float(zero)]), low, high);
}

/** Half-precision weights are read as float32 already. */
function readable(constant: HostTensor): HostTensor {
  return constant.dtype === 'float16' || constant.dtype === 'bfloat16' ? { ...constant, dtype: 'float32' } : constant;
}

function realConstant({ shape, data }: HostTensor, { scale, zeroPoint, axis }: Quantization): HostTensor {
  const stored = data as ArrayLike<number | bigint>;
  const real = new Float32Array(stored.length);
  const inner = sizeOf(shape.slice(axis + 1));
  for (let i = 0; i < real.length; i++) {
    const part = scale.length === 1 ? 0 : Math.floor(i / inner) % scale.length;
    real[i] = (Number(stored[i]) - (zeroPoint[part] as number)) * (scale[part] as number);
  }
  return { dtype: 'float32', shape, data: real };
}
