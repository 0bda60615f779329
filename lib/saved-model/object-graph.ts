import { encode } from './encode.ts';
import type { Of, Schema } from './proto.ts';
import { bigint, bool, double, int, many, map, maybe, message, string, sub } from './proto.ts';
import { TensorShapeProto } from './schema.ts';
import { toShapeProto } from './tensor-proto.ts';

/** A variable as the object graph names it. */
export type VariableObject = { name: string; dtype: number; shape: number[]; trainable: boolean };

/** A function that a signature stands for; specs are [key, dtype number, shape with null for unknown]. */
export type ConcreteFunction = { name: string; inputs: Spec[]; outputs: Spec[]; variables: number[] };
export type Spec = [key: string, dtype: number, shape: (number | null)[]];

/** The checkpoint's key of the nth variable. */
export function checkpointKey(index: number): string {
  return `vars/${index}/.ATTRIBUTES/VARIABLE_VALUE`;
}

/**
 * What `tf.saved_model.load` builds Python objects from: node 0 is the model, with its signatures and its variables.
 * Keras' TFSMLayer and re-saving need it too; the C++ loader does not.
 */
export function objectGraph(
  variables: VariableObject[],
  functions: ConcreteFunction[],
  signatures: [string, string][],
): Uint8Array {
  const layout = arrange(variables.length, functions);
  const nodes: Partial<SavedObject>[] = [
    { children: layout.root, user_object: userObject('_generic_user_object') },
    {
      children: signatures.map(([local_name, name]) => ({ node_id: layout.functionId(name), local_name })),
      user_object: userObject('signature_map'),
    },
    { children: layout.variables, user_object: userObject('trackable_list_wrapper') },
    ...functions.map((f) => ({ bare_concrete_function: bareFunction(f) })),
    ...variables.map(({ name, dtype, shape, trainable }) => ({
      variable: { dtype, shape: toShapeProto(shape), trainable, name },
    })),
  ];
  const concrete = functions.map((f) => [f.name, concreteFunction(f, layout.firstVariable)] as const);
  return encode(SavedObjectGraph, {
    nodes: nodes.map((node) => ({ ...EMPTY_OBJECT, ...node })),
    concrete_functions: new Map(concrete),
  });
}

/** The same graph for the checkpoint: which node's value lies under which key. */
export function trackableGraph(
  variables: VariableObject[],
  functions: ConcreteFunction[],
  signatures: [string, string][],
): Uint8Array {
  const layout = arrange(variables.length, functions);
  const children = signatures.map(([local_name, name]) => ({ node_id: layout.functionId(name), local_name }));
  const nodes = [
    { children: layout.root, attributes: [] },
    { children, attributes: [] },
    { children: layout.variables, attributes: [] },
    ...functions.map(() => ({ children: [], attributes: [] })),
    ...variables.map(({ name }, i) => ({
      children: [],
      attributes: [{ name: 'VARIABLE_VALUE', full_name: name, checkpoint_key: checkpointKey(i) }],
    })),
  ];
  return encode(TrackableObjectGraph, { nodes });
}

const ObjectReference = message('ObjectReference', { node_id: int(1), local_name: string(2) });
const Version = message('VersionDef', { producer: int(1), min_consumer: int(2) });
const UserObject = message('SavedUserObject', { identifier: string(1), version: sub(2, () => Version) });
const Variable = message('SavedVariable', {
  dtype: int(1),
  shape: sub(2, () => TensorShapeProto),
  trainable: bool(3),
  name: string(6),
});
const BareFunction = message('SavedBareConcreteFunction', {
  concrete_function_name: string(1),
  argument_keywords: many(string(2)),
  allowed_positional_arguments: int(3),
});
const SavedFunction = message('SavedFunction', { concrete_functions: many(string(1)) });
type SavedObject = {
  children: { node_id: number; local_name: string }[];
  user_object: ReturnType<typeof userObject> | undefined;
  function: { concrete_functions: string[] } | undefined;
  variable:
    | { dtype: number; shape: ReturnType<typeof toShapeProto> | undefined; trainable: boolean; name: string }
    | undefined;
  bare_concrete_function: ReturnType<typeof bareFunction> | undefined;
};
const EMPTY_OBJECT: SavedObject = {
  children: [],
  user_object: undefined,
  function: undefined,
  variable: undefined,
  bare_concrete_function: undefined,
};
const SavedObjectSchema = message('SavedObject', {
  children: many(sub(1, () => ObjectReference)),
  user_object: sub(4, () => UserObject),
  function: sub(6, () => SavedFunction),
  variable: sub(7, () => Variable),
  bare_concrete_function: sub(8, () => BareFunction),
});

const TensorSpec = message('TensorSpecProto', {
  name: string(1),
  shape: sub(2, () => TensorShapeProto),
  dtype: int(3),
});
/** A value of Python, as the arguments of functions have them. */
export type Structured = {
  none_value?: object | undefined;
  float64_value?: number | undefined;
  /** Of type sint64: zigzag-encoded. */
  int64_value?: bigint | undefined;
  string_value?: string | undefined;
  bool_value?: boolean | undefined;
  tensor_shape_value?: TensorShapeProto | undefined;
  tensor_dtype_value?: number | undefined;
  tensor_spec_value?: Of<typeof TensorSpec> | undefined;
  type_spec_value?: { type_state: Structured | undefined; type_spec_class_name: string } | undefined;
  list_value?: { values: Structured[] } | undefined;
  tuple_value?: { values: Structured[] } | undefined;
  dict_value?: { fields: Map<string, Structured> } | undefined;
};
const StructuredList: Schema<{ values: Structured[] }> = message('ListValue', {
  values: many(sub(1, () => StructuredValue)),
});
const StructuredDict: Schema<{ fields: Map<string, Structured> }> = message('DictValue', {
  fields: map(
    1,
    sub(2, () => StructuredValue),
  ),
});
const TypeSpec: Schema<{ type_state: Structured | undefined; type_spec_class_name: string }> = message(
  'TypeSpecProto',
  { type_state: sub(2, () => StructuredValue), type_spec_class_name: string(3) },
);
const None = message('NoneValue', {});
const StructuredValue: Schema<Structured> = message('StructuredValue', {
  none_value: sub(1, () => None),
  float64_value: maybe(double(11)),
  int64_value: maybe(bigint(12)),
  string_value: maybe(string(13)),
  bool_value: maybe(bool(14)),
  tensor_shape_value: sub(31, () => TensorShapeProto),
  tensor_dtype_value: maybe(int(32)),
  tensor_spec_value: sub(33, () => TensorSpec),
  type_spec_value: sub(34, () => TypeSpec),
  list_value: sub(51, () => StructuredList),
  tuple_value: sub(52, () => StructuredList),
  dict_value: sub(53, () => StructuredDict),
});
const ConcreteFunctionSchema = message('SavedConcreteFunction', {
  bound_inputs: many(int(2)),
  canonicalized_input_signature: sub(3, () => StructuredValue),
  output_signature: sub(4, () => StructuredValue),
});
export const SavedObjectGraph = message('SavedObjectGraph', {
  nodes: many(sub(1, () => SavedObjectSchema)),
  concrete_functions: map(
    2,
    sub(2, () => ConcreteFunctionSchema),
  ),
});
const Attribute = message('SerializedTensor', { name: string(1), full_name: string(2), checkpoint_key: string(3) });
const TrackableObject = message('TrackableObject', {
  children: many(sub(1, () => ObjectReference)),
  attributes: many(sub(2, () => Attribute)),
});
export const TrackableObjectGraph = message('TrackableObjectGraph', { nodes: many(sub(1, () => TrackableObject)) });

/** Node numbers: 0 the model, 1 its signatures, 2 the list of variables, then functions, then variables. */
function arrange(count: number, functions: ConcreteFunction[]) {
  const firstVariable = 3 + functions.length;
  return {
    firstVariable,
    root: [
      { node_id: 1, local_name: 'signatures' },
      { node_id: 2, local_name: 'vars' },
    ],
    variables: Array.from({ length: count }, (_, i) => ({ node_id: firstVariable + i, local_name: String(i) })),
    functionId: (name: string) => 3 + functions.findIndex((f) => f.name === name),
  };
}

/** TensorFlow reads the version as an index into its table of loaders: without it nothing loads. */
function userObject(identifier: string) {
  return { identifier, version: { producer: 1, min_consumer: 1 } };
}

/** One input may be passed by position; TensorFlow itself writes 0 for more. */
function bareFunction({ name, inputs }: ConcreteFunction) {
  return {
    concrete_function_name: name,
    argument_keywords: inputs.map(([key]) => key),
    allowed_positional_arguments: inputs.length === 1 ? 1 : 0,
  };
}

function concreteFunction({ inputs, outputs, variables }: ConcreteFunction, firstVariable: number) {
  return {
    bound_inputs: variables.map((index) => firstVariable + index),
    canonicalized_input_signature: { tuple_value: { values: [{ tuple_value: { values: [] } }, specs(inputs)] } },
    output_signature: specs(outputs),
  };
}

function specs(list: Spec[]): Structured {
  const fields = list.map(
    ([name, dtype, shape]) => [name, { tensor_spec_value: { name, dtype, shape: toShapeProto(shape) } }] as const,
  );
  return { dict_value: { fields: new Map(fields) } };
}
