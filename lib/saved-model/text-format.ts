import { dtypeNumber } from './dtype.ts';
import { encode } from './encode.ts';
import { corrupt } from './error.ts';
import { SavedObjectGraph } from './object-graph.ts';
import { blank, type Field, type Kind, type Schema } from './proto.ts';
import { AssetFileDef } from './schema.ts';
import type { DType } from './value.ts';

/** A message in protobuf's text format (`saved_model.pbtxt`); fields that the schema lacks are skipped. */
export function readText<T>(schema: Schema<T>, text: string): T {
  return readMessage({ text, at: 0, depth: 0 }, schema, '') as T;
}

type Reader = { text: string; at: number; depth: number };

/** As deep as in the binary format. */
const MAX_DEPTH = 100;

const SPACE = /(?:\s|#[^\n]*)*/y;
const STRING = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y;
const WORD = /[\w.+-]+/y;

function match(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const [found] = pattern.exec(reader.text) ?? [];
  if (found !== undefined) reader.at += found.length;
  return found;
}

/** The next character that says something. */
function peek(reader: Reader): string {
  match(reader, SPACE);
  return reader.text[reader.at] ?? '';
}

function take(reader: Reader, sign: string): boolean {
  if (peek(reader) !== sign) return false;
  reader.at++;
  return true;
}

function fail(reader: Reader, wanted: string): never {
  const line = reader.text.slice(0, reader.at).split('\n').length;
  throw corrupt(`line ${line} is no text of protobuf: expected ${wanted}, found ${JSON.stringify(peek(reader))}`);
}

function readMessage(reader: Reader, schema: Schema<unknown> | undefined, end: string): Record<string, unknown> {
  const result = schema ? blank(schema) : {};
  while (!(end && take(reader, end))) {
    if (peek(reader) === '') return end ? fail(reader, `"${end}"`) : result;
    if (take(reader, '[')) readAny(reader, result);
    else readField(reader, schema, result);
    if (!take(reader, ',')) take(reader, ';');
  }
  return result;
}

function readField(reader: Reader, schema: Schema<unknown> | undefined, result: Record<string, unknown>): void {
  const name = match(reader, WORD) ?? fail(reader, 'a name');
  const field = schema && Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
  take(reader, ':');
  // Elsewhere these are bytes that are read when somebody needs them.
  if (name === 'object_graph_def' && field?.kind === 'bytes') {
    result[name] = encode(SavedObjectGraph, readNested(reader, SavedObjectGraph as Schema<unknown>) as never);
    return;
  }
  if (!take(reader, '[')) {
    put(result, name, field, readValue(reader, field));
    return;
  }
  while (!take(reader, ']')) {
    put(result, name, field, readValue(reader, field));
    if (!take(reader, ',') && peek(reader) !== ']') fail(reader, '"]"');
  }
}

/** What an Any holds is written out: here only the asset of a model of TensorFlow 1 is asked for. */
function readAny(reader: Reader, result: Record<string, unknown>): void {
  const url = match(reader, /[^\]]*/y) ?? '';
  take(reader, ']');
  take(reader, ':');
  const asset = url.endsWith('.AssetFileDef');
  const value = readNested(reader, asset ? (AssetFileDef as Schema<unknown>) : undefined);
  if (asset) Object.assign(result, { type_url: url, value: encode(AssetFileDef, value as never) });
}

function readNested(reader: Reader, schema: Schema<unknown> | undefined): Record<string, unknown> {
  const end = take(reader, '{') ? '}' : take(reader, '<') ? '>' : fail(reader, '"{"');
  if (++reader.depth > MAX_DEPTH) throw corrupt(`messages nested deeper than ${MAX_DEPTH}`);
  const message = readMessage(reader, schema, end);
  reader.depth--;
  return message;
}

function put(result: Record<string, unknown>, name: string, field: Field<unknown> | undefined, value: unknown): void {
  if (!field || value === undefined) return;
  if (field.map) {
    const { key, value: own } = value as { key: string; value: unknown };
    const inner = field.schema?.().fields.value?.schema;
    (result[name] as Map<string, unknown>).set(key, own ?? (inner && blank(inner())));
  } else if (field.many) (result[name] as unknown[]).push(value);
  else result[name] = value;
}

/** undefined for what nobody asks for. */
function readValue(reader: Reader, field: Field<unknown> | undefined): unknown {
  const start = peek(reader);
  if (start === '{' || start === '<') {
    const schema = field?.kind === 'message' ? field.schema?.() : undefined;
    const value = readNested(reader, schema);
    return schema && value;
  }
  if (start === '"' || start === "'") {
    const data = readBytes(reader);
    return field?.kind === 'string' ? data.toString() : field?.kind === 'bytes' ? new Uint8Array(data) : undefined;
  }
  const word = match(reader, WORD) ?? fail(reader, 'a value');
  return field && scalar(reader, field.kind, word);
}

function scalar(reader: Reader, kind: Kind, word: string): unknown {
  if (kind === 'bool') return word === 'true' || word === 'True' || word === 't' || word === '1';
  if (kind === 'float' || kind === 'double')
    return Number(word.replace(/f$/i, (end) => (/inf$/i.test(word) ? end : '')).replace(/inf(inity)?$/i, 'Infinity'));
  if (!/^[+-]?\d/.test(word)) return enumNumber(word);
  try {
    return kind === 'bigint' || kind === 'uint64' ? BigInt(word) : Number(word);
  } catch {
    return fail(reader, 'a number');
  }
}

const NAMES: Record<string, DType> = { FLOAT: 'float32', DOUBLE: 'float64', HALF: 'float16' };
const OTHERS: Record<string, number> = { DT_RESOURCE: 20, DT_VARIANT: 21, V1: 1, V2: 2 };

/** `DT_FLOAT` and its like; TF1's variables are of a type with `_REF`, which is the number 100 higher. */
function enumNumber(word: string): number {
  const [, name = '', reference] = word.match(/^DT_(\w+?)(_REF)?$/) ?? [];
  return OTHERS[word] ?? (dtypeNumber(NAMES[name] ?? (name.toLowerCase() as DType)) ?? 0) + (reference ? 100 : 0);
}

/** Strings may follow one another; C's escapes are bytes. */
function readBytes(reader: Reader): Buffer {
  const parts: Buffer[] = [];
  for (let start = peek(reader); start === '"' || start === "'"; start = peek(reader)) {
    const text = (match(reader, STRING) ?? fail(reader, 'the end of a string')).slice(1, -1);
    const bytes = Buffer.from(text).toString('latin1');
    const plain = bytes.replace(/\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|([\s\S]))/g, (_, octal, hex, letter) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return LETTERS[letter as string] ?? (letter as string);
    });
    parts.push(Buffer.from(plain, 'latin1'));
  }
  return Buffer.concat(parts);
}

const LETTERS: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };
