import { typeAttr } from './attr.ts';
import type { Value } from './device.ts';
import { borrowed, hostValue } from './device.ts';
import { dtypeWord, sizeOf } from './dtype.ts';
import { invalid } from './error.ts';
import { type Library, parseReference } from './graph.ts';
import type { DType, HostTensor, Signature, TensorInfo } from './value.ts';

type Tensors = Record<string, HostTensor>;

/**
 * Whether a run is given what the signature takes and asked for what it gives. The checks, their order and their texts are TF
 * Serving's: clients compare them.
 */
export function checkGiven(signature: Signature, inputs: Tensors, outputs: string[] | undefined): void {
  const wanted = Object.keys(signature.inputs);
  const given = Object.keys(inputs);
  const complete = given.length === wanted.length && wanted.every((key) => Object.hasOwn(inputs, key));
  if (!complete) checkKeys(signature, wanted.sort(), given.sort());
  for (const [i, key] of (outputs ?? []).entries()) {
    if (!Object.hasOwn(signature.outputs, key)) {
      throw invalid(
        `output tensor alias not found in signature: ${key} Outputs expected to be in the set {${Object.keys(signature.outputs).sort()}}.`,
      );
    }
    if (outputs?.indexOf(key) !== i) throw invalid(`duplicate output tensor alias: ${key}`);
  }
}

/** What is missing must have a default, and nothing else may be there. */
function checkKeys({ inputs, defaults = {} }: Signature, wanted: string[], given: string[]): void {
  const missing = wanted.filter((key) => !given.includes(key));
  const extra = given.filter((key) => !wanted.includes(key));
  const mayBeFewer = Object.keys(defaults).length > 0;
  if (given.length > wanted.length || (given.length < wanted.length && !mayBeFewer)) {
    throw invalid(
      `input size does not match signature: ${given.length}!=${wanted.length} len({${given}}) != len({${wanted}}). ` +
        `Sent extra: {${extra}}. Missing but required: {${missing}}.`,
    );
  }
  const absent = missing.find((key) => !Object.hasOwn(defaults, key));
  if (absent !== undefined) {
    throw invalid(
      `Signature input alias: ${absent}(feed name: ${inputs[absent]?.name}) not found in request and no default value provided. ` +
        `Inputs expected to be in the request {${given}}, or default input alias set: ${Object.keys(defaults).sort()}`,
    );
  }
  if (extra.length > 0) {
    const used = given.filter((key) => !extra.includes(key));
    throw invalid(`Inputs contains invalid name. Used request inputs: ${used}, request input: ${given}`);
  }
}

/**
 * The type that a fed tensor has. A signature may be wrong about it (TensorFlow Serving's own half_plus_three calls its serialized
 * examples floats), and TensorFlow never looks there.
 */
export function feedType({ root }: Library, { name, dtype }: TensorInfo): DType {
  const node = root.get(parseReference(name).name);
  return node && PLACEHOLDERS.has(node.op) ? typeAttr(node, 'dtype', dtype) : dtype;
}

const PLACEHOLDERS = new Set(['Placeholder', 'PlaceholderV2', 'PlaceholderWithDefault']);

/** An input as the graph takes it, which wants `dtype`: what was given, or its default. */
export function givenValue(signature: Signature, key: string, dtype: DType, inputs: Tensors): Value {
  const tensor = (Object.hasOwn(inputs, key) ? inputs[key] : signature.defaults?.[key]) as HostTensor;
  const { name } = signature.inputs[key] as TensorInfo;
  if (tensor.dtype !== dtype) {
    // TensorFlow's text knows the input by its place among the sorted feeds only.
    const feeds = Object.values(signature.inputs).map((info) => info.name);
    throw invalid(
      `Expects arg[${feeds.sort().indexOf(name)}] to be ${dtypeWord(dtype)} but ${dtypeWord(tensor.dtype)} is provided (input "${key}", ${name})`,
    );
  }
  const { dataId } = tensor as { dataId?: object };
  if (dataId) return borrowed(tensor.dtype, tensor.shape, dataId);
  const width = tensor.dtype.startsWith('complex') ? 2 : 1;
  if (tensor.data.length !== width * sizeOf(tensor.shape)) {
    throw invalid(`input "${key}": ${tensor.data.length} values do not fill the shape [${tensor.shape}]`);
  }
  return hostValue(tensor.dtype, tensor.shape, tensor.data);
}
