import { dtypeNumber, dtypeOf, isDType } from '../dtype.ts';
import { ModelError } from '../error.ts';
import { outputsOf } from '../ops/outputs.ts';
import { OPS } from '../ops/table.ts';
import { create } from '../proto.ts';
import type { AttrValue } from '../schema.ts';
import { FunctionDef, NodeDef } from '../schema.ts';
import { toTensorProto } from '../tensor-proto.ts';
import type { DType, HostTensor } from '../value.ts';
import { writeActivation } from './activation.ts';
import type { JsonNode } from './graph-json.ts';
import { fromJsonAttrs, typeNumber } from './graph-json.ts';
import type { Weights } from './model.ts';
import { constantWeight } from './model.ts';
import { outputName } from './output-name.ts';
import type { Source } from './signatures.ts';
import type { Attrs, FunctionWriter, Ref } from './writer.ts';
import { attr } from './writer.ts';

/** A tfjs GraphModel as far as saving needs it. */
export type GraphModel = {
  inputs: Named[];
  outputs: Named[];
  weights: Record<string, { dtype: string; shape: number[]; dataSync(): Float32Array }[]>;
  artifacts: { modelTopology: Graph };
  modelSignature?: { inputs?: Record<string, { name?: string }>; outputs?: Record<string, { name?: string }> };
};
type Named = { name: string; dtype: string; shape?: (number | null)[] };
type Graph = { node?: JsonNode[]; library?: { function?: JsonFunction[] } };
type JsonFunction = {
  signature: { name: string; inputArg?: JsonArg[]; outputArg?: JsonArg[] };
  nodeDef?: JsonNode[];
  ret?: Record<string, string>;
};
type JsonArg = { name: string; type?: string | number };

export function isGraphModel(model: unknown): model is GraphModel {
  const topology = (model as Partial<GraphModel>)?.artifacts?.modelTopology;
  return Array.isArray(topology?.node);
}

/** A GraphModel as the source of functions: its nodes as they are, with tfjs's fused ops taken apart again. */
export function graphSource(model: GraphModel, weights: Weights): Source {
  const { node: nodes = [], library } = model.artifacts.modelTopology;
  const signature = model.modelSignature ?? {};
  const byName = new Map(nodes.map((node) => [node.name, node]));
  refuseUnknown([...nodes, ...(library?.function ?? []).flatMap((one) => one.nodeDef ?? [])]);
  const inputs = model.inputs.map(({ name, dtype, shape }) => ({
    key: keyOf(signature.inputs, name),
    node: name.replace(/:\d+$/, ''),
    dtype: placeholderType(byName.get(name.replace(/:\d+$/, '')), dtype),
    shape: anyBatch(shape),
  }));
  // The model's own list has the nodes only, the signature also says which of their outputs.
  const named = Object.values(signature.outputs ?? {}).flatMap(({ name }) => name ?? []);
  const outputs = (named.length > 0 ? named : model.outputs.map(({ name }) => name)).map((name) => ({
    key: keyOf(signature.outputs, name),
    name,
    shape: anyBatch(model.outputs.find((output) => output.name.split(':')[0] === name.split(':')[0])?.shape),
  }));
  return {
    inputs,
    outputs,
    write(writer, refs, wanted) {
      const graph = new GraphWriter(writer, model, weights, byName);
      inputs.forEach((input, i) => {
        graph.done.set(input.node, [refs[i] as Ref]);
      });
      for (const one of library?.function ?? []) writer.library.push(convertFunction(one, model));
      return wanted.map((name) => {
        const output = outputs.find(({ key }) => key === name);
        const ref = graph.tensor(output?.name ?? name);
        return output ? { ...ref, shape: output.shape } : ref;
      });
    },
  };
}

function keyOf(infos: Record<string, { name?: string }> | undefined, name: string): string {
  const found = Object.entries(infos ?? {}).find(([, info]) => info.name === name || info.name === `${name}:0`);
  return (found?.[0] ?? name).replace(/[^A-Za-z0-9_]/g, '_');
}

function anyBatch(shape: (number | null)[] | undefined): (number | null)[] {
  return (shape ?? []).map((dim) => (dim === -1 || dim === null ? null : Number(dim)));
}

function placeholderType(node: JsonNode | undefined, otherwise: string): DType {
  const { type } = fromJsonAttrs(node?.attr).get('dtype') ?? {};
  return type && isDType(type) ? dtypeOf(type) : (otherwise as DType);
}

const FUSED = new Set(['_FusedConv2D', '_FusedMatMul', 'FusedDepthwiseConv2dNative', 'Prelu']);
const PLAIN = new Set(['Const', 'Placeholder', 'NoOp']);

/** Before anything is written: every op that TensorFlow would not know, with its nodes. */
function refuseUnknown(nodes: JsonNode[]): void {
  const unknown = nodes.filter(
    ({ op }) => !FUSED.has(op) && !PLAIN.has(op) && !OPS[op] && outputName(op) === 'output' && !outputsOf(op),
  );
  if (unknown.length === 0) return;
  const list = unknown.slice(0, 10).map(({ op, name }) => `${op} (${name})`);
  throw new ModelError(
    'UNIMPLEMENTED',
    `saveModel: ops of the GraphModel that cannot be saved: ${list.join('; ')}. Nothing was written.`,
  );
}

class GraphWriter {
  writer: FunctionWriter;
  model: GraphModel;
  weights: Weights;
  nodes: Map<string, JsonNode>;
  done = new Map<string, Ref[]>();

  constructor(writer: FunctionWriter, model: GraphModel, weights: Weights, nodes: Map<string, JsonNode>) {
    this.writer = writer;
    this.model = model;
    this.weights = weights;
    this.nodes = nodes;
  }

  tensor(reference: string): Ref {
    const [name = '', index = '0'] = reference.split(':');
    this.settle(name);
    const refs = this.done.get(name) as Ref[];
    const ref = refs[Number(index)];
    if (!ref)
      throw new ModelError(
        'INVALID_ARGUMENT',
        `saveModel: node "${name}" has no output ${index}. Nothing was written.`,
      );
    return ref;
  }

  /** With a stack of its own: chains of nodes are longer than the stack is deep. */
  settle(root: string): void {
    const stack = [root];
    for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
      const node = this.nodes.get(name);
      if (!node)
        throw new ModelError('INVALID_ARGUMENT', `saveModel: "${name}" is no node of the graph. Nothing was written.`);
      const waiting = this.done.has(name)
        ? []
        : dataInputs(node)
            .map((input) => input.split(':')[0] as string)
            .filter((input) => !this.done.has(input));
      if (waiting.length > 0 && stack.length <= this.nodes.size) stack.push(...waiting);
      else if (waiting.length > 0)
        throw new ModelError('INVALID_ARGUMENT', `saveModel: node "${name}" depends on itself. Nothing was written.`);
      else {
        if (!this.done.has(name)) this.done.set(name, this.write(node));
        stack.pop();
      }
    }
  }

  write(node: JsonNode): Ref[] {
    const constant = node.op === 'Const' ? constantOf(this.model, node) : undefined;
    if (constant) return [this.constant(node, constant)];
    const inputs = dataInputs(node).map((input) => this.tensor(input));
    const attrs = fromJsonAttrs(node.attr);
    if (FUSED.has(node.op)) return [this.fused(node, inputs, attrs)];
    const name = this.writer.unique(node.name);
    this.writer.nodes.push(create(NodeDef, { name, op: node.op, input: inputs.map(({ ref }) => ref), attr: attrs }));
    return outputRefs(name, node.op, attrs, inputs);
  }

  constant(node: JsonNode, tensor: HostTensor): Ref {
    // What shapes and axes are computed from stays in the graph: TensorFlow wants to see it there.
    if (tensor.dtype !== 'float32' || tensor.data.length < 16) return this.writer.constant(tensor, node.name);
    return this.writer.read(constantWeight(this.weights, node.name, tensor));
  }

  /** tfjs's converter joins ops as its kernels have them; TensorFlow gets the single ones. */
  fused(node: JsonNode, inputs: Ref[], attrs: Map<string, AttrValue>): Ref {
    const { writer } = this;
    const [x, weights, ...more] = inputs as [Ref, Ref, ...Ref[]];
    if (node.op === 'Prelu') {
      const negative = writer.like('Minimum', [x, writer.number(0, x)]);
      return writer.like('AddV2', [writer.like('Relu', [x]), writer.like('Mul', [negative, weights])]);
    }
    const op = { _FusedConv2D: 'Conv2D', _FusedMatMul: 'MatMul' }[node.op] ?? 'DepthwiseConv2dNative';
    const kept = ['strides', 'padding', 'dilations', 'data_format', 'explicit_paddings', 'transpose_a', 'transpose_b'];
    const own: Attrs = Object.fromEntries(
      kept.flatMap((key) => (attrs.has(key) ? [[key, attrs.get(key) as AttrValue]] : [])),
    );
    let y = writer.like(op, [x, weights], own, node.name);
    for (const step of (attrs.get('fused_ops')?.list?.s ?? []).map((bytes) => Buffer.from(bytes).toString())) {
      if (step === 'BiasAdd') y = writer.like('BiasAdd', [y, more.shift() as Ref]);
      else if (step === 'Prelu') {
        const negative = writer.like('Minimum', [y, writer.number(0, y)]);
        y = writer.like('AddV2', [writer.like('Relu', [y]), writer.like('Mul', [negative, more.shift() as Ref])]);
      } else if (step === 'LeakyRelu')
        y = writer.like('LeakyRelu', [y], { alpha: attr.float(attrs.get('leakyrelu_alpha')?.f ?? 0.2) });
      else
        y = writeActivation(
          writer,
          step.replace(/^./, (letter) => letter.toLowerCase()),
          y,
        );
    }
    return y;
  }
}

function dataInputs({ input = [] }: JsonNode): string[] {
  return input.filter((one) => !one.startsWith('^'));
}

/** All outputs that may be asked for; functions name them by the op's output arguments. */
function outputRefs(name: string, op: string, attrs: Map<string, AttrValue>, inputs: Ref[]): Ref[] {
  const dtype = resultType(attrs) ?? inputs[0]?.dtype ?? 'float32';
  const several = outputsOf(op);
  if (several) return several.map((output) => ({ ref: `${name}:${output.split('*')[0]}:0`, dtype, shape: [] }));
  const count = Math.max(
    attrs.get('num_split')?.i ??
      attrs.get('num')?.i ??
      attrs.get('T')?.list?.type.length ??
      attrs.get('Tout')?.list?.type.length ??
      1,
    1,
  );
  const types = (attrs.get('Tout') ?? attrs.get('T'))?.list?.type;
  return Array.from({ length: count }, (_, i) => ({
    ref: `${name}:${outputName(op)}:${i}`,
    dtype: types?.[i] && isDType(types[i] as number) ? dtypeOf(types[i] as number) : dtype,
    shape: [],
  }));
}

function resultType(attrs: Map<string, AttrValue>): DType | undefined {
  for (const key of ['DstT', 'dtype', 'out_type', 'output_type', 'T']) {
    const type = attrs.get(key)?.type;
    if (type && isDType(type)) return dtypeOf(type);
  }
  return undefined;
}

/** A constant's value lies among the weights, by the node's name; small ones of TensorFlow's own lie in the graph. */
function constantOf(model: GraphModel, node: JsonNode): HostTensor | undefined {
  const tensor = model.weights[node.name]?.[0];
  if (!tensor) return undefined;
  const dtype = placeholderType(node, tensor.dtype);
  const data =
    tensor.dtype === 'string'
      ? (tensor.dataSync() as unknown as string[]).map((text) => Buffer.from(text))
      : tensor.dataSync();
  if (dtype === 'int64') return { dtype, shape: tensor.shape, data: BigInt64Array.from(data as Float32Array, BigInt) };
  return { dtype: tensor.dtype as DType, shape: tensor.shape, data };
}

/** A loop's or branch's function; its constants get their values back. */
function convertFunction({ signature, nodeDef = [], ret = {} }: JsonFunction, model: GraphModel): FunctionDef {
  const argument = ({ name, type }: JsonArg) => ({
    name,
    type: typeNumber(type) ?? dtypeNumber('float32'),
    type_attr: '',
    number_attr: '',
    type_list_attr: '',
  });
  const nodes = nodeDef.map((node) => {
    if (FUSED.has(node.op))
      throw new ModelError(
        'UNIMPLEMENTED',
        `saveModel: the fused op ${node.op} (${node.name}) inside a loop cannot be saved. Nothing was written.`,
      );
    const attrs = fromJsonAttrs(node.attr);
    const constant = node.op === 'Const' ? constantOf(model, node) : undefined;
    if (constant) attrs.set('value', { tensor: toTensorProto(constant) });
    return create(NodeDef, { name: node.name, op: node.op, input: node.input ?? [], attr: attrs });
  });
  return create(FunctionDef, {
    signature: {
      name: signature.name,
      input_arg: (signature.inputArg ?? []).map(argument),
      output_arg: (signature.outputArg ?? []).map(argument),
    },
    node_def: nodes,
    ret: new Map(Object.entries(ret)),
  });
}
