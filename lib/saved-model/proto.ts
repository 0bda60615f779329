import { corrupt } from './error.ts';

/**
 * A small protobuf codec driven by tables: the SavedModel messages we need (schema.ts) in both directions, without code
 * generation. Every length is checked against the bytes there are, so a corrupt file ends in an error, not in a crash.
 */
export type Field<T> = {
  number: number;
  kind: Kind;
  many?: boolean;
  /** Present or absent, instead of a default value (members of a oneof). */
  optional?: boolean;
  map?: boolean;
  schema?: () => Schema<unknown>;
  /** Never set; carries the type. */
  type?: T;
};
type Kind = 'int' | 'bigint' | 'uint64' | 'bool' | 'string' | 'bytes' | 'float' | 'double' | 'fixed32' | 'message';
type Fields = Record<string, Field<unknown>>;
export type Schema<T> = { name: string; fields: Fields; byNumber: [string, Field<unknown>][]; type?: T };
type Values<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never };
export type Of<S> = S extends Schema<infer T> ? T : never;

export const int = (number: number): Field<number> => ({ number, kind: 'int' });
export const bool = (number: number): Field<boolean> => ({ number, kind: 'bool' });
export const string = (number: number): Field<string> => ({ number, kind: 'string' });
export const bytes = (number: number): Field<Uint8Array> => ({ number, kind: 'bytes' });
export const float = (number: number): Field<number> => ({ number, kind: 'float' });
export const double = (number: number): Field<number> => ({ number, kind: 'double' });
export const fixed32 = (number: number): Field<number> => ({ number, kind: 'fixed32' });
export const bigint = (number: number): Field<bigint> => ({ number, kind: 'bigint' });
export const uint64 = (number: number): Field<bigint> => ({ number, kind: 'uint64' });
export const sub = <T>(number: number, schema: () => Schema<T>): Field<T | undefined> => ({
  number,
  kind: 'message',
  optional: true,
  schema,
});
export const many = <T>(field: Field<T>): Field<Exclude<T, undefined>[]> =>
  ({ ...field, optional: false, many: true }) as Field<Exclude<T, undefined>[]>;
export const maybe = <T>(field: Field<T>): Field<T | undefined> => ({ ...field, optional: true });
/** map<string, …>; `value` must have the number 2. */
export const map = <T>(number: number, value: Field<T>): Field<Map<string, Exclude<T, undefined>>> => ({
  number,
  kind: 'message',
  map: true,
  schema: () => message('map entry', { key: string(1), value }) as Schema<unknown>,
});

export function message<F extends Fields>(name: string, fields: F): Schema<Values<F>> {
  const byNumber: Schema<Values<F>>['byNumber'] = [];
  for (const entry of Object.entries(fields)) {
    const field = entry[1];
    if (field.map) {
      const entrySchema = field.schema?.();
      field.schema = () => entrySchema as Schema<unknown>;
    }
    byNumber[field.number] = entry;
  }
  return { name, fields, byNumber };
}

/** The message in `data`; fields that the schema lacks are skipped, as protobuf does. */
export function decode<T>(schema: Schema<T>, data: Uint8Array): T {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return readMessage({ buffer, at: 0 }, buffer.length, schema, 0) as T;
}

/** The bytes of a message, fields in the order of their numbers, map entries sorted: the same message gives the same bytes. */
export function encode<T>(schema: Schema<T>, value: Partial<T>): Uint8Array {
  const out: Uint8Array[] = [];
  writeMessage(out, schema, value as Record<string, unknown>);
  return Buffer.concat(out);
}

/** A message with every field at its default. */
export function create<T>(schema: Schema<T>, values: Partial<T> = {}): T {
  return { ...blank(schema), ...values } as T;
}

type Reader = { buffer: Buffer; at: number };

function blank(schema: Schema<unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name in schema.fields) {
    const field = schema.fields[name] as Field<unknown>;
    result[name] = field.map ? new Map() : field.many ? [] : field.optional ? undefined : ZERO[field.kind];
  }
  return result;
}

const ZERO: Record<Kind, unknown> = {
  int: 0,
  bigint: 0n,
  uint64: 0n,
  bool: false,
  string: '',
  bytes: new Uint8Array(0),
  float: 0,
  double: 0,
  fixed32: 0,
  message: undefined,
};
/** Deeper than any real model nests (StructuredValue, AttrValue.func), far from the end of the stack. */
const MAX_DEPTH = 100;

function readMessage(
  reader: Reader,
  end: number,
  schema: Schema<unknown>,
  depth: number,
  result = blank(schema),
): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw corrupt(`messages nested deeper than ${MAX_DEPTH} in ${schema.name}`);
  while (reader.at < end) {
    const tag = readUint32(reader, end);
    const wire = tag & 7;
    const entry = schema.byNumber[tag >>> 3];
    if (entry && !readField(reader, end, wire, entry[0], entry[1], result, depth)) skip(reader, end, wire);
    if (!entry) skip(reader, end, wire);
  }
  return result;
}

/** false when the wire type is not the field's: protobuf treats that as an unknown field. */
function readField(
  reader: Reader,
  end: number,
  wire: number,
  name: string,
  field: Field<unknown>,
  result: Record<string, unknown>,
  depth: number,
): boolean {
  const own = WIRE[field.kind];
  if (wire === 2 && own !== 2 && field.many) {
    const stop = readLength(reader, end);
    const list = result[name] as unknown[];
    while (reader.at < stop) list.push(readScalar(reader, stop, field.kind));
    return true;
  }
  if (wire !== own) return false;
  if (field.kind !== 'message') {
    const value = readScalar(reader, end, field.kind);
    if (field.many) (result[name] as unknown[]).push(value);
    else result[name] = value;
    return true;
  }
  const schema = (field.schema as () => Schema<unknown>)();
  // A message given twice is merged: that is how a context and an example become one by concatenation.
  const before = field.map || field.many ? undefined : (result[name] as Record<string, unknown> | undefined);
  const value = readMessage(reader, readLength(reader, end), schema, depth + 1, before);
  if (field.map) {
    (result[name] as Map<string, unknown>).set(value.key as string, value.value ?? blank(valueSchema(schema)));
  } else if (field.many) (result[name] as unknown[]).push(value);
  else result[name] = value;
  return true;
}

function valueSchema(entry: Schema<unknown>): Schema<unknown> {
  return ((entry.fields.value as Field<unknown>).schema as () => Schema<unknown>)();
}

const WIRE: Record<Kind, number> = {
  int: 0,
  bigint: 0,
  uint64: 0,
  bool: 0,
  string: 2,
  bytes: 2,
  message: 2,
  float: 5,
  fixed32: 5,
  double: 1,
};

function readScalar(reader: Reader, end: number, kind: Kind): unknown {
  switch (kind) {
    case 'int':
      return readInt(reader, end);
    case 'bool':
      return readInt(reader, end) !== 0;
    case 'bigint':
      return BigInt.asIntN(64, readVarint64(reader, end));
    case 'uint64':
      return readVarint64(reader, end);
    case 'float':
      return reader.buffer.readFloatLE(advance(reader, end, 4));
    case 'fixed32':
      return reader.buffer.readUInt32LE(advance(reader, end, 4));
    case 'double':
      return reader.buffer.readDoubleLE(advance(reader, end, 8));
    default: {
      const stop = readLength(reader, end);
      const start = reader.at;
      reader.at = stop;
      return kind === 'string' ? reader.buffer.toString('utf8', start, stop) : reader.buffer.subarray(start, stop);
    }
  }
}

function advance(reader: Reader, end: number, count: number): number {
  const at = reader.at;
  if (at + count > end) throw corrupt(`truncated: ${count} bytes wanted at offset ${at}, ${end - at} are left`);
  reader.at = at + count;
  return at;
}

function readLength(reader: Reader, end: number): number {
  const at = reader.at;
  const length = readInt(reader, end);
  if (length < 0 || length > end - reader.at) {
    throw corrupt(`truncated: a field of ${length} bytes at offset ${at}, ${end - reader.at} are left`);
  }
  return reader.at + length;
}

function readUint32(reader: Reader, end: number): number {
  const value = readInt(reader, end);
  if (value < 0 || value > 0xffffffff) throw corrupt(`bad field tag at offset ${reader.at}`);
  return value;
}

/** int32, int64 and enums as numbers: exact to 2^53, which shapes, counts and enums never exceed. */
function readInt(reader: Reader, end: number): number {
  const first = reader.at < end ? (reader.buffer[reader.at] as number) : 128;
  if (first < 128) {
    reader.at++;
    return first;
  }
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 4; i++) {
    const byte = reader.buffer[advance(reader, end, 1)] as number;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  reader.at -= 4;
  return Number(BigInt.asIntN(64, readVarint64(reader, end)));
}

function readVarint64(reader: Reader, end: number): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.buffer[advance(reader, end, 1)] as number;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asUintN(64, value);
  }
  throw corrupt(`a varint of more than 10 bytes at offset ${reader.at - 10}`);
}

function skip(reader: Reader, end: number, wire: number): void {
  if (wire === 0) readVarint64(reader, end);
  else if (wire === 1) advance(reader, end, 8);
  else if (wire === 2) reader.at = readLength(reader, end);
  else if (wire === 5) advance(reader, end, 4);
  else throw corrupt(`wire type ${wire} at offset ${reader.at}: not a protobuf message`);
}

function writeMessage(out: Uint8Array[], schema: Schema<unknown>, value: Record<string, unknown>): void {
  for (const entry of schema.byNumber) {
    if (!entry) continue;
    const [name, field] = entry;
    const item = value[name];
    if (item === undefined) continue;
    if (field.map) {
      const entries = [...(item as Map<string, unknown>)].sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [key, entryValue] of entries) writeField(out, field, { key, value: entryValue });
    } else if (field.many) writeList(out, field, item as unknown[]);
    else if (field.optional || !isZero(item)) writeField(out, field, item);
  }
}

function isZero(item: unknown): boolean {
  return (
    item === 0 || item === 0n || item === false || item === '' || (item instanceof Uint8Array && item.length === 0)
  );
}

function writeList(out: Uint8Array[], field: Field<unknown>, list: unknown[]): void {
  if (WIRE[field.kind] === 2) {
    for (const item of list) writeField(out, field, item);
  } else if (list.length > 0) {
    const packed = Buffer.concat(list.map((item) => scalarBytes(field.kind, item)));
    out.push(varint(BigInt(field.number * 8 + 2)), varint(BigInt(packed.length)), packed);
  }
}

function writeField(out: Uint8Array[], field: Field<unknown>, item: unknown): void {
  const wire = WIRE[field.kind];
  out.push(varint(BigInt(field.number * 8 + wire)));
  let content: Uint8Array;
  if (field.kind === 'message') {
    const parts: Uint8Array[] = [];
    writeMessage(parts, (field.schema as () => Schema<unknown>)(), item as Record<string, unknown>);
    content = Buffer.concat(parts);
  } else content = scalarBytes(field.kind, item);
  if (wire === 2) out.push(varint(BigInt(content.length)));
  out.push(content);
}

function scalarBytes(kind: Kind, item: unknown): Uint8Array {
  switch (kind) {
    case 'string':
      return Buffer.from(item as string, 'utf8');
    case 'bytes':
      return item as Uint8Array;
    case 'float':
      return new Uint8Array(Float32Array.of(item as number).buffer);
    case 'double':
      return new Uint8Array(Float64Array.of(item as number).buffer);
    case 'fixed32':
      return new Uint8Array(Uint32Array.of(item as number).buffer);
    case 'bool':
      return varint(item ? 1n : 0n);
    default:
      return varint(BigInt(item as number | bigint));
  }
}

export function varint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
