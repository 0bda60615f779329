import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../../lib/saved-model/decode.ts';
import { dtypeOf, isDType } from '../../../lib/saved-model/dtype.ts';
import { SavedObjectGraph } from '../../../lib/saved-model/object-graph.ts';
import type { NodeDef, TensorShapeProto } from '../../../lib/saved-model/schema.ts';
import { SavedModelProto } from '../../../lib/saved-model/schema.ts';
import { fromShapeProto, fromTensorProto } from '../../../lib/saved-model/tensor-proto.ts';

/** A saved_model.pb as text that a reviewer can read: a node is a line, shapes are lists, empty fields are left out. */
export function readModelText(exportPath: string): string {
  const model = decode(SavedModelProto, readFileSync(join(exportPath, 'saved_model.pb')));
  const [graph] = model.meta_graphs;
  const objects = decode(SavedObjectGraph, graph!.object_graph_def);
  return [...lines('', { ...model, meta_graphs: [{ ...graph, object_graph_def: objects }] }), ''].join('\n');
}

function lines(indent: string, value: unknown): string[] {
  const fields: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value as object);
  return fields.flatMap(([name, item]) =>
    (Array.isArray(item) ? item : [item]).flatMap((one) => field(indent, name, one)),
  );
}

function field(indent: string, name: string, value: unknown): string[] {
  const short = inline(name, value);
  if (short === '') return [];
  if (short !== undefined) return [`${indent}${short.startsWith('=') ? short.slice(1) : `${name}: ${short}`}`];
  const inner = lines(`${indent}  `, value);
  return inner.length > 0 ? [`${indent}${name} {`, ...inner, `${indent}}`] : [`${indent}${name} {}`];
}

/** What fits on a line; undefined for what does not, '' for defaults, `=…` for a line of its own form. */
function inline(name: string, value: unknown): string | undefined {
  if (value === undefined || value === '' || value === 0 || value === false) return '';
  if (value instanceof Uint8Array) return value.length ? JSON.stringify(Buffer.from(value).toString('latin1')) : '';
  if (/^d?type$/.test(name) && typeof value === 'number' && isDType(value)) return dtypeOf(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  if (value && 'unknown_rank' in value) return JSON.stringify(fromShapeProto(value as TensorShapeProto));
  if (name === 'node' || name === 'node_def') return `=${node(value as NodeDef)}`;
  return undefined;
}

function node({ name, op, input, attr }: NodeDef): string {
  const attrs = [...attr].map(([key, value]) => {
    const [kind, item] = Object.entries(value as object).find(([, v]) => v !== undefined) ?? ['', ''];
    return `${key}: ${kind === 'tensor' ? tensor(item) : kind === 'list' ? list(item) : (inline(kind, item) ?? item.name) || 0}`;
  });
  return `${name} = ${op}(${input.join(', ')})${attrs.length > 0 ? ` {${attrs.join(', ')}}` : ''}`;
}

function list(value: Record<string, unknown[]>): string {
  const [kind, items] = Object.entries(value).find(([, v]) => v.length > 0) ?? ['', []];
  return `[${items.map((item) => inline(kind, item)).join(', ')}]`;
}

function tensor(proto: Parameters<typeof fromTensorProto>[0]): string {
  const { dtype, shape, data } = fromTensorProto(proto);
  return `${dtype}${JSON.stringify(shape)} ${Array.from(data as ArrayLike<unknown>, (x) => (x instanceof Uint8Array ? JSON.stringify(Buffer.from(x).toString()) : String(x))).join(' ')}`;
}
