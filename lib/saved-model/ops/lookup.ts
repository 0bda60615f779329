import { readFileSync } from 'node:fs';
import { intAttr, textAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import { ModelError } from '../error.ts';
import type { FlatNode } from '../graph.ts';
import { fromShapeProto } from '../tensor-proto.ts';
import type { TensorData } from '../value.ts';
import type { Env, Kernel, OpRow, State, Table } from './op.ts';
import { refuse } from './op.ts';
import { integers } from './shape.ts';
import { handleOf } from './state.ts';
import { latin, strings } from './text.ts';

/** Tables are filled by the model's init op, before any signature is compiled. */
export const LOOKUP: Record<string, OpRow> = {};

for (const version of ['', 'V2']) {
  LOOKUP[`LookupTableFind${version}`] = { effect: true, make: find };
  LOOKUP[`LookupTableSize${version}`] = {
    effect: true,
    make: (node, env) => () => integers('int64', [tableOf(handleOf(node), env.state).entries.size], []),
  };
  LOOKUP[`LookupTableImport${version}`] = { effect: true, make: (node, env) => fill(node, env, true) };
  LOOKUP[`InitializeTable${version}`] = { effect: true, make: (node, env) => fill(node, env, true) };
  LOOKUP[`LookupTableInsert${version}`] = { effect: true, make: (node, env) => fill(node, env, false) };
  LOOKUP[`InitializeTableFromTextFile${version}`] = { effect: true, make: fromFile };
}

export function tableOf(handle: FlatNode, state: State): Table {
  let table = state.tables.get(handle.name);
  if (!table) {
    const shape = handle.attr.get('value_shape')?.shape;
    table = {
      keyType: typeAttr(handle, 'key_dtype', 'string'),
      valueType: typeAttr(handle, 'value_dtype', 'int64'),
      valueShape: shape ? (fromShapeProto(shape) ?? []) : [],
      entries: new Map(),
    };
    state.tables.set(handle.name, table);
  }
  return table;
}

/** Strings are found by their bytes, numbers by their value. */
function keysOf(keys: Value): unknown[] {
  return keys.dtype === 'string' ? strings(keys).map(latin) : Array.from(onHost(keys) as ArrayLike<unknown>);
}

function find(node: FlatNode, env: Env): Kernel {
  const { entries, valueType, valueShape } = tableOf(handleOf(node), env.state);
  const width = sizeOf(valueShape);
  return ([keys, otherwise]) => {
    const missing = onHost(otherwise as Value) as unknown[];
    const data = newData(valueType, sizeOf((keys as Value).shape) * width) as unknown[];
    keysOf(keys as Value).forEach((key, i) => {
      const found = entries.get(key);
      if (valueShape.length === 0) data[i] = found ?? missing[0];
      else for (let k = 0; k < width; k++) data[i * width + k] = (found as unknown[] | undefined)?.[k] ?? missing[k];
    });
    return hostValue(valueType, [...(keys as Value).shape, ...valueShape], data as unknown as TensorData);
  };
}

function fill(node: FlatNode, env: Env, anew: boolean): Kernel {
  const table = tableOf(handleOf(node), env.state);
  return ([keys, values]) => {
    if (anew) table.entries.clear();
    setEntries(table, keys as Value, values as Value);
    return [];
  };
}

export function setEntries({ entries, valueShape }: Table, keys: Value, values: Value): void {
  const list = onHost(values) as unknown[];
  const width = sizeOf(valueShape);
  keysOf(keys).forEach((key, i) => {
    entries.set(key, valueShape.length === 0 ? list[i] : list.slice(i * width, (i + 1) * width));
  });
}

/** Column -1 is the number of the line, -2 the whole line. */
function fromFile(node: FlatNode, env: Env): Kernel {
  const { entries, keyType, valueType } = tableOf(handleOf(node), env.state);
  const [keyAt, valueAt, size] = [
    intAttr(node, 'key_index', 0),
    intAttr(node, 'value_index', 0),
    intAttr(node, 'vocab_size', -1),
  ];
  const delimiter = textAttr(node, 'delimiter', '\t');
  const column = (line: string, number: number, at: number, dtype: string): unknown => {
    const text = at === -2 ? line : at === -1 ? String(number) : line.split(delimiter)[at];
    if (text === undefined) throw refuse(node, `line ${number} has no column ${at}: ${line}`);
    return dtype === 'string' ? text : dtype === 'int64' ? BigInt(text) : Number(text);
  };
  return ([path]) => {
    const lines = readText(latin(strings(path as Value)[0] as Uint8Array)).split('\n');
    if (lines.at(-1) === '') lines.pop();
    lines.slice(0, size < 0 ? undefined : size).forEach((line, number) => {
      const value = column(line, number, valueAt, valueType);
      entries.set(
        column(line, number, keyAt, keyType),
        typeof value === 'string' ? Buffer.from(value, 'latin1') : value,
      );
    });
    return [];
  };
}

function readText(path: string): string {
  try {
    return readFileSync(Buffer.from(path, 'latin1'), 'latin1').replaceAll('\r\n', '\n');
  } catch (error) {
    throw new ModelError('NOT_FOUND', `the vocabulary ${path} of a table cannot be read: ${(error as Error).message}`);
  }
}
