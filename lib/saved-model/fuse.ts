import { boolAttr, floatAttr, textAttr } from './attr.ts';
import type { Value } from './device.ts';
import { hostValue, onHost } from './device.ts';
import { sizeOf } from './dtype.ts';
import { corrupt } from './error.ts';
import type { Constants } from './fold.ts';
import type { Edge, FlatNode, SubGraph } from './graph.ts';
import { constantNode } from './graph.ts';
import { orderNodes } from './order.ts';

/**
 * Joins what one kernel can do at once: Conv or MatMul + bias + activation; a scale per channel (BatchNormalization)
 * goes into the weights. On one digit this halves the time, on MobileNetV2 it removes a third of the steps.
 * In steps, since all weights may be multiplied.
 */
export function* fuse(graph: SubGraph, nodes: FlatNode[], constants: Constants): Generator<void, FlatNode[]> {
  const uses = countUses(graph, nodes);
  const replaced = new Map<FlatNode, Edge>();
  const renew = (edge: Edge): Edge => replaced.get(edge.node) ?? edge;
  for (const node of nodes) {
    node.inputs = node.inputs.map(renew);
    if (node.after.length > 0) continue;
    const into = fuseNode(node, uses, constants);
    if (!into) continue;
    yield;
    uses.set(into, uses.get(node) ?? 0);
    replaced.set(node, { node: into, index: 0 });
  }
  graph.outputs = graph.outputs.map(renew);
  return orderNodes(graph);
}

const WEIGHTED = new Set(['Conv2D', 'DepthwiseConv2dNative', 'MatMul']);
const ACTIVATIONS: Record<string, string> = { Relu: 'relu', Relu6: 'relu6', LeakyRelu: 'leakyrelu' };

function countUses(graph: SubGraph, nodes: FlatNode[]): Map<FlatNode, number> {
  const uses = new Map<FlatNode, number>();
  const edges = [...graph.outputs, ...nodes.flatMap((node) => node.inputs)];
  for (const { node } of edges) uses.set(node, (uses.get(node) ?? 0) + 1);
  return uses;
}

/** The node that now does this node's work too. */
function fuseNode(node: FlatNode, uses: Map<FlatNode, number>, constants: Constants): FlatNode | undefined {
  if (node.op.startsWith('FusedBatchNorm')) return splitBatchNorm(node, uses, constants);
  const activation = ACTIVATIONS[node.op];
  if (activation) {
    const target = fusable(node.inputs[0], uses);
    if (!target) return undefined;
    target.activation = activation;
    if (node.op === 'LeakyRelu')
      target.attr = new Map(target.attr).set('leakyrelu_alpha', { f: floatAttr(node, 'alpha', 0.2) });
    return target;
  }
  if (!['BiasAdd', 'AddV2', 'Add', 'Mul'].includes(node.op) || textAttr(node, 'data_format', 'NHWC') !== 'NHWC')
    return undefined;
  const [left, right] = node.inputs;
  if (!left || !right) throw corrupt(`the ${node.op} "${node.name}" has ${node.inputs.length} inputs, not 2`);
  const constantFirst = left.node.value !== undefined && node.op !== 'BiasAdd';
  const [input, vector] = constantFirst ? [right, left.node.value] : [left, right.node.value];
  const target = fusable(input, uses);
  if (!target || !vector) return undefined;
  const channels = outputChannels(target);
  if (vector.dtype !== 'float32' || channels !== vector.shape.at(-1) || channels !== sizeOf(vector.shape))
    return undefined;
  if (vector.shape.length > (target.op === 'MatMul' ? 2 : 4)) return undefined;
  return node.op === 'Mul' ? scale(target, vector, constants) : addBias(target, vector, constants);
}

/** A convolution or product that only this node reads, whose result is still its plain sum. */
function fusable(edge: Edge | undefined, uses: Map<FlatNode, number>): FlatNode | undefined {
  const node = edge?.node;
  if (!node || !WEIGHTED.has(node.op) || node.activation || node.after.length > 0 || uses.get(node) !== 1)
    return undefined;
  const weights = node.inputs[1]?.node.value;
  return weights?.dtype === 'float32' && textAttr(node, 'data_format', 'NHWC') === 'NHWC' ? node : undefined;
}

function outputChannels(node: FlatNode): number {
  const shape = node.inputs[1]?.node.value?.shape ?? [];
  if (node.op === 'MatMul') return (boolAttr(node, 'transpose_b', false) ? shape[0] : shape[1]) ?? 0;
  return node.op === 'Conv2D' ? (shape[3] ?? 0) : (shape[2] ?? 0) * (shape[3] ?? 0);
}

function addBias(node: FlatNode, vector: Value, constants: Constants): FlatNode {
  const bias = Float32Array.from(onHost(vector) as Float32Array);
  const old = node.inputs[2]?.node.value;
  if (old)
    (onHost(old) as Float32Array).forEach((x, i) => {
      bias[i]! += x;
    });
  node.inputs[2] = {
    node: constantNode(`${node.name}/bias`, constants.keep(hostValue('float32', [bias.length], bias))),
    index: 0,
  };
  return node;
}

/** (Wx + b)·s = (W·s)x + b·s, with one s per output channel, which is the weights' last dimension. */
function scale(node: FlatNode, vector: Value, constants: Constants): FlatNode | undefined {
  if (boolAttr(node, 'transpose_b', false)) return undefined;
  const factors = onHost(vector) as Float32Array;
  const scaled = (value: Value) => {
    const data = (onHost(value) as Float32Array).slice();
    for (let row = 0; row < data.length; row += factors.length)
      for (let i = 0; i < factors.length; i++) data[row + i]! *= factors[i]!;
    return {
      node: constantNode(`${node.name}/scaled`, constants.keep(hostValue('float32', value.shape, data))),
      index: 0,
    };
  };
  const [, weights, bias] = node.inputs;
  node.inputs[1] = scaled(weights?.node.value as Value);
  if (bias) node.inputs[2] = scaled(bias.node.value as Value);
  return node;
}

/** Inference of a normalisation with known statistics is a product and a sum per channel. */
function splitBatchNorm(node: FlatNode, uses: Map<FlatNode, number>, constants: Constants): FlatNode | undefined {
  const [x, ...rest] = node.inputs as [Edge, ...Edge[]];
  const [gamma, beta, mean, variance] = rest.map(
    (edge) => edge.node.value && (onHost(edge.node.value) as Float32Array),
  );
  if (!gamma || !beta || !mean || !variance || boolAttr(node, 'is_training', true)) return undefined;
  const target = fusable(x, uses);
  if (!target || outputChannels(target) !== gamma.length) return undefined;
  const epsilon = floatAttr(node, 'epsilon', 0.0001);
  const factor = gamma.map((g, i) => g / Math.sqrt(variance[i]! + epsilon));
  const offset = beta.map((b, i) => b - mean[i]! * factor[i]!);
  const scaled = scale(target, hostValue('float32', [factor.length], factor), constants);
  return scaled && addBias(scaled, hostValue('float32', [offset.length], offset), constants);
}
