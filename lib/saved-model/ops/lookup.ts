import { readFileSync } from 'node:fs';
import { intAttr, textAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import { ModelError } from '../error.ts';
import type { FlatNode } from '../graph.ts';
import type { TensorData } from '../value.ts';
import type { Env, Kernel, OpRow, Table } from './op.ts';
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
    make: (node, env) => () => integers('int64', [tableOf(node, env).entries.size], []),
  };
  LOOKUP[`LookupTableImport${version}`] = { effect: true, make: (node, env) => fill(node, env, true) };
  LOOKUP[`InitializeTable${version}`] = { effect: true, make: (node, env) => fill(node, env, true) };
  LOOKUP[`LookupTableInsert${version}`] = { effect: true, make: (node, env) => fill(node, env, false) };
  LOOKUP[`InitializeTableFromTextFile${version}`] = { effect: true, make: fromFile };
}

function tableOf(node: FlatNode, env: Env): Table {
  const handle = handleOf(node);
  let table = env.state.tables.get(handle.name);
  if (!table) {
    table = {
      keyType: typeAttr(handle, 'key_dtype', 'string'),
      valueType: typeAttr(handle, 'value_dtype', 'int64'),
      entries: new Map(),
    };
    env.state.tables.set(handle.name, table);
  }
  return table;
}

/** Strings are found by their bytes, numbers by their value. */
function keysOf(keys: Value): unknown[] {
  return keys.dtype === 'string' ? strings(keys).map(latin) : Array.from(onHost(keys) as ArrayLike<unknown>);
}

function find(node: FlatNode, env: Env): Kernel {
  const { entries, valueType } = tableOf(node, env);
  return ([keys, otherwise]) => {
    const missing = (onHost(otherwise as Value) as unknown[])[0];
    const data = newData(valueType, sizeOf((keys as Value).shape)) as unknown[];
    keysOf(keys as Value).forEach((key, i) => {
      data[i] = entries.get(key) ?? missing;
    });
    return hostValue(valueType, (keys as Value).shape, data as unknown as TensorData);
  };
}

function fill(node: FlatNode, env: Env, anew: boolean): Kernel {
  const { entries } = tableOf(node, env);
  return ([keys, values]) => {
    if (anew) entries.clear();
    const list = onHost(values as Value) as unknown[];
    keysOf(keys as Value).forEach((key, i) => {
      entries.set(key, list[i]);
    });
    return [];
  };
}

/** Column -1 is the number of the line, -2 the whole line. */
function fromFile(node: FlatNode, env: Env): Kernel {
  const { entries, keyType, valueType } = tableOf(node, env);
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
