import type { DType, HostTensor, TensorInfo } from '../../../lib/saved-model/value.ts';
import { dataOf, elementOf } from './dtype.ts';
import { invalidArgument, statusText, toStatus } from './errors.ts';
import { debugText } from './json-debug.ts';
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  checkString,
  checkValue,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
} from './json-syntax.ts';
import { base64Of, elements, find, type Json, keyOf, members, sizeOf, stringAt, typeOf } from './json-value.ts';

/** The inputs of a signature by name ('' is the default signature), in the order of their names; throws NOT_FOUND and the like. */
export type InputsOf = (signatureName: string) => ReadonlyMap<string, TensorInfo>;
export type PredictRequest = { signatureName: string; format: 'row' | 'columnar'; inputs: Map<string, HostTensor> };

/**
 * A predict request read step by step in TF Serving's order, so that of several mistakes the same one is named. It is complete
 * but not fast: fast-request.ts reads the usual request in one pass and leaves the rest (and every error) to this.
 */
export function readPredictRequest(bytes: Uint8Array, inputsOf: InputsOf): PredictRequest {
  const doc = readDocument(bytes);
  const signatureName = signatureOf(doc);
  const infos = inputsOf(signatureName);
  if (infos.size === 0) throw invalidArgument(`Failed to get input map for signature: ${signatureName || 'DEFAULT'}`);
  const instances = find(doc, 'instances');
  const columns = find(doc, 'inputs');
  if (instances && columns) {
    throw wrong(doc, "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ");
  }
  if (instances) {
    if (typeOf(instances) !== 'Array') throw wrong(doc, "Expecting 'instances' to be an list/array");
    if (elements(instances).next().done) throw wrong(doc, "No values in 'instances' array");
    return { signatureName, format: 'row', inputs: fromRows(instances, infos) };
  }
  if (!columns) throw invalidArgument("Missing 'inputs' or 'instances' key");
  return { signatureName, format: 'columnar', inputs: fromColumns(columns, infos) };
}

/** The request's root, which must be an object. */
export function readDocument(bytes: Uint8Array): Json {
  if (bytes.length === 0) throw invalidArgument('JSON Parse error: The document is empty');
  // RapidJSON passes over a byte order mark byte by byte.
  let start = 0;
  for (const mark of [0xef, 0xbb, 0xbf]) if (bytes[start] === mark) start++;
  const at = skipSpace(bytes, start);
  checkValue(bytes, at);
  const doc = { bytes, at };
  if (typeOf(doc) !== 'Object') throw wrong(doc, 'Is not object');
  return doc;
}

export function signatureOf(doc: Json): string {
  const name = find(doc, 'signature_name');
  if (name && typeOf(name) !== 'String') {
    throw wrong(doc, "not formatted correctly. 'signature_name' key must be a string value.");
  }
  return name ? stringAt(name).toString() : '';
}

export function wrong(value: Json, text: string): Error {
  return invalidArgument(`JSON Value: ${debugText(value)} ${text}`);
}

type Values = (number | bigint | Uint8Array)[];
/** What all instances of one input have given so far. */
type Column = { dtype: DType; shape: number[]; size: number; values: Values };

const isNamed = (value: Json): boolean => typeOf(value) === 'Object' && !base64Of(value);

function fromRows(instances: Json, infos: ReadonlyMap<string, TensorInfo>): Map<string, HostTensor> {
  const first = elements(instances).next().value as Json;
  if (typeOf(first) !== 'Object' && infos.size > 1) {
    throw invalidArgument(
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    );
  }
  const named = isNamed(first);
  const names = [...infos.keys()].sort(byBytes);
  const columns = new Map<string, Column>();
  let count = 0;
  for (const item of elements(instances)) {
    const fail = (detail: string): Error => invalidArgument(`Failed to process element: ${count}${detail}`);
    if (!named) {
      if (isNamed(item)) throw invalidArgument(`Expecting value/list but got object at item ${count} of input list`);
      const status = addInstance(item, names[0] as string, infos, columns);
      if (status) throw fail(` of 'instances' list. Error: ${status}`);
    } else {
      if (!isNamed(item)) throw invalidArgument(`Expecting object but got list at item ${count} of input list`);
      const keys = new Set<string>();
      for (const { name: key, value } of members(item)) {
        const name = keyOf(key);
        keys.add(name);
        const status = addInstance(value, name, infos, columns);
        if (status) throw fail(` key: ${name} of 'instances' list. Error: ${status}`);
      }
      if (keys.size !== names.length || names.some((name) => !keys.has(name))) {
        throw fail(` of 'instances' list. JSON object: ${debugText(item)} keys must be equal to: ${names.join(',')}`);
      }
    }
    count++;
  }
  const tensors = new Map<string, HostTensor>();
  for (const [name, { dtype, shape, values }] of columns) {
    tensors.set(name, tensorOf(name, dtype, [count, ...shape], values));
  }
  return tensors;
}

/** The status text of what is wrong with the instance; undefined when it fits. */
function addInstance(
  item: Json,
  name: string,
  infos: ReadonlyMap<string, TensorInfo>,
  columns: Map<string, Column>,
): string | undefined {
  const info = infos.get(name);
  if (!info) return statusText(invalidArgument(`JSON object: does not have named input: ${name}`));
  // Too many dimensions are not the item's mistake: TensorFlow refuses the whole tensor.
  const shape = shapeOf(item, name);
  try {
    const column = columns.get(name) ?? { dtype: info.dtype, shape, size: -1, values: [] };
    const before = column.values.length;
    fill(item, 0, shape, info.dtype, column.values);
    const size = column.values.length - before;
    if (column.size < 0) columns.set(name, { ...column, size });
    else if (column.size !== size) throw invalidArgument(`Expecting tensor size: ${column.size} but got: ${size}`);
    else if (column.shape.join() !== shape.join()) {
      throw invalidArgument(`Expecting shape [${column.shape}] but got: [${shape}]`);
    }
    return undefined;
  } catch (error) {
    return statusText(toStatus(error));
  }
}

function fromColumns(value: Json, infos: ReadonlyMap<string, TensorInfo>): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  if (!isNamed(value)) {
    if (infos.size > 1) {
      throw invalidArgument(
        'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
      );
    }
    const [name, info] = infos.entries().next().value as [string, TensorInfo];
    return tensors.set(name, readTensor(name, value, info.dtype));
  }
  for (const [name, info] of infos) {
    const item = find(value, name);
    if (!item) throw invalidArgument(`Missing named input: ${name} in 'inputs' object.`);
    tensors.set(name, readTensor(name, item, info.dtype));
  }
  return tensors;
}

function readTensor(name: string, value: Json, dtype: DType): HostTensor {
  const shape = shapeOf(value, name);
  const values: Values = [];
  fill(value, 0, shape, dtype, values);
  return tensorOf(name, dtype, shape, values);
}

/**
 * TensorFlow's tensors end at 254 dimensions. A key given twice leaves more values than the shape has room for: TensorFlow takes the
 * first ones.
 */
function tensorOf(name: string, dtype: DType, shape: number[], values: Values): HostTensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (shape.length > MAX_RANK) throw invalidArgument(`tensor parsing error: ${name}`);
  return { dtype, shape, data: dataOf(dtype, values.length > size ? values.slice(0, size) : values) };
}

const MAX_RANK = 254;

/**
 * The sizes along the first element of each level, in one pass: deep nesting must not cost a pass a level. One list follows the
 * other inside the first ones (`path` of them are still open); what opens beside them is only passed over.
 */
function shapeOf({ bytes, at }: Json, name: string): number[] {
  const shape: number[] = [];
  let i = at;
  while (bytes[i] === OPEN_LIST) {
    if (shape.push(1) > MAX_RANK) throw invalidArgument(`tensor parsing error: ${name}`);
    i = skipSpace(bytes, i + 1);
  }
  if (bytes[i] === CLOSE_LIST && shape.length > 0) shape[shape.length - 1] = 0;
  let path = shape.length;
  let depth = path;
  while (path > 0) {
    const c = bytes[i];
    if (c === QUOTE) {
      i = checkString(bytes, i);
      continue;
    }
    if (c === OPEN_LIST || c === OPEN_OBJECT) depth++;
    else if (c === CLOSE_LIST || c === CLOSE_OBJECT) path = Math.min(path, --depth);
    else if (c === COMMA && depth === path) shape[path - 1] = (shape[path - 1] as number) + 1;
    i++;
  }
  return shape;
}

/** At most MAX_RANK levels of recursion: a deeper list is at an unexpected level. */
function fill(value: Json, level: number, shape: number[], dtype: DType, values: Values): void {
  const rank = shape.length;
  if (typeOf(value) !== 'Array') {
    if (level !== rank) {
      throw invalidArgument(
        `JSON Value: ${debugText(value)} found at incorrect level: ${level + 1} in the JSON DOM. Expected at level: ${rank}`,
      );
    }
    values.push(elementOf(value, dtype));
    return;
  }
  if (level >= rank) throw invalidArgument(`Encountered list at unexpected level: ${level} expected < ${rank}`);
  const size = sizeOf(value);
  if (size !== shape[level]) {
    throw invalidArgument(
      `Encountered list at unexpected size: ${size} at level: ${level} expected size: ${shape[level]}`,
    );
  }
  for (const item of elements(value)) fill(item, level + 1, shape, dtype, values);
}

/** std::set<string> sorts by bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
