import { corrupt } from './error.ts';
import { blank, type Field, type Kind, type Schema, WIRE } from './proto.ts';

/**
 * The message in `data`; fields that the schema lacks are skipped, as protobuf does. Every length is checked against the bytes there
 * are, so a corrupt file ends in an error, not in a crash.
 */
export function decode<T>(schema: Schema<T>, data: Uint8Array): T {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return readMessage({ buffer, at: 0 }, buffer.length, schema, 0) as T;
}

type Reader = { buffer: Buffer; at: number };

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
