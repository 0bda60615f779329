import { decode } from '../../lib/saved-model/decode.ts';
import { dtypeOf } from '../../lib/saved-model/dtype.ts';
import type { Structured } from '../../lib/saved-model/object-graph.ts';
import { SavedObjectGraph } from '../../lib/saved-model/object-graph.ts';
import type { MetaGraphDef, TensorShapeProto } from '../../lib/saved-model/schema.ts';

/** The functions that Python finds on the loaded object, as the last part of `saved_model_cli show --all` prints them. */
export function concreteFunctions(graphs: MetaGraphDef[]): string[] {
  const graph = graphs.find(({ object_graph_def }) => object_graph_def.length > 0);
  if (!graph) return [];
  const { nodes, concrete_functions } = decode(SavedObjectGraph, graph.object_graph_def);
  const children = [...(nodes[0]?.children ?? [])].sort((a, b) => compare(a.local_name, b.local_name));
  const lines = children.flatMap(({ local_name, node_id }) => {
    const bare = nodes[node_id]?.bare_concrete_function;
    const names = bare ? [bare.concrete_function_name] : nodes[node_id]?.function?.concrete_functions;
    if (!names) return [];
    const options = names.toSorted(byNumber).flatMap((name, i) => {
      const signature = concrete_functions.get(name)?.canonicalized_input_signature;
      return describeOption(i + 1, valuesOf(signature?.tuple_value?.values[0]), signature?.tuple_value?.values[1]);
    });
    return ['', `  Function Name: '${local_name}'`, ...options];
  });
  // The first function follows its headline at once.
  return ['', 'Concrete Functions:', ...lines.slice(1)];
}

function describeOption(number: number, args: Structured[], named: Structured | undefined): string[] {
  const positional = args.flatMap((value, i) => [`        Argument #${i + 1}`, ...describeArgument(value)]);
  const keywords = [...(named?.dict_value?.fields.keys() ?? [])].flatMap((name, i) => [
    `        Named Argument #${i + 1}`,
    `          ${name}`,
  ]);
  const head = positional.length > 0 ? [`    Option #${number}`, '      Callable with:'] : [];
  return [...head, ...positional, ...keywords];
}

function describeArgument(value: Structured): string[] {
  if (value.string_value !== undefined) return [`          ${value.string_value}`];
  if (value.tensor_spec_value) return [`          ${value.tensor_spec_value.name || 'None'}: ${python(value)}`];
  // It takes the last comma back with two backspaces.
  const typed = (type: string, text: string) => [`          DType: ${type}`, `          Value: ${text}`];
  const list = value.list_value ?? value.tuple_value;
  if (list)
    return typed(value.list_value ? 'list' : 'tuple', `[${list.values.map((one) => `${text(one)}, `).join('')}\b\b]`);
  const fields = value.dict_value?.fields;
  if (fields) return typed('dict', `{${[...fields].map(([key, one]) => `'${key}': ${text(one)}, `).join('')}\b\b}`);
  return typed(typeName(value), text(value));
}

function valuesOf(value: Structured | undefined): Structured[] {
  return (value?.tuple_value ?? value?.list_value)?.values ?? [];
}

function typeName(value: Structured): string {
  if (value.type_spec_value) return value.type_spec_value.type_spec_class_name;
  if (value.bool_value !== undefined) return 'bool';
  if (value.int64_value !== undefined) return 'int';
  if (value.float64_value !== undefined) return 'float';
  if (value.tensor_shape_value) return 'TensorShape';
  return value.tensor_dtype_value !== undefined ? 'DType' : 'NoneType';
}

/** As Python's str() writes it, which differs for types and shapes. */
function text(value: Structured): string {
  if (value.tensor_dtype_value !== undefined) return `<dtype: '${dtypeOf(value.tensor_dtype_value)}'>`;
  return value.tensor_shape_value ? round(value.tensor_shape_value) : python(value);
}

/** As Python's repr() writes it. */
function python(value: Structured): string {
  if (value.string_value !== undefined) return `'${value.string_value}'`;
  if (value.bool_value !== undefined) return value.bool_value ? 'True' : 'False';
  if (value.int64_value !== undefined) return String((value.int64_value >> 1n) ^ -(value.int64_value & 1n));
  if (value.float64_value !== undefined)
    return Number.isInteger(value.float64_value) ? value.float64_value.toFixed(1) : String(value.float64_value);
  if (value.tensor_dtype_value !== undefined) return `tf.${dtypeOf(value.tensor_dtype_value)}`;
  if (value.tensor_shape_value) return `TensorShape(${shapeText(value.tensor_shape_value, '[', ']')})`;
  if (value.list_value) return `[${value.list_value.values.map(python).join(', ')}]`;
  if (value.tuple_value) return tuple(value.tuple_value.values.map(python));
  if (value.dict_value)
    return `{${[...value.dict_value.fields].map(([key, one]) => `'${key}': ${python(one)}`).join(', ')}}`;
  if (value.type_spec_value) {
    const { type_spec_class_name, type_state } = value.type_spec_value;
    return `${type_spec_class_name}(${valuesOf(type_state).map(python).join(', ')})`;
  }
  const spec = value.tensor_spec_value;
  if (!spec) return 'None';
  const name = spec.name ? `'${spec.name}'` : 'None';
  const shape = spec.shape ? round(spec.shape) : '()';
  return `TensorSpec(shape=${shape}, dtype=tf.${dtypeOf(spec.dtype)}, name=${name})`;
}

function round(shape: TensorShapeProto): string {
  return shapeText(shape, '(', shape.dim.length === 1 ? ',)' : ')');
}

function shapeText({ dim, unknown_rank }: TensorShapeProto, open: string, close: string): string {
  if (unknown_rank) return open === '[' ? 'None' : '<unknown>';
  return `${open}${dim.map(({ size }) => (size < 0 ? 'None' : size)).join(', ')}${close}`;
}

function tuple(values: string[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** In the order in which they were traced; the program's own order hangs on a counter of its process. */
function byNumber(a: string, b: string): number {
  return Number(/\d+$/.exec(a)?.[0]) - Number(/\d+$/.exec(b)?.[0]) || compare(a, b);
}
