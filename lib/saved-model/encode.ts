import { type Field, type Kind, type Schema, WIRE } from './proto.ts';

/** The bytes of a message, fields in the order of their numbers, map entries sorted: the same message gives the same bytes. */
export function encode<T>(schema: Schema<T>, value: Partial<T>): Buffer<ArrayBuffer> {
  const writer = { buffer: Buffer.allocUnsafe(FIRST), at: FIRST };
  writeMessage(writer, schema, value as Record<string, unknown>);
  return writer.buffer.subarray(writer.at);
}

/** A number as protobuf writes it: seven bits a byte; negative ones take ten bytes. */
export function varint(value: number | bigint): Uint8Array {
  const writer = { buffer: Buffer.allocUnsafe(10), at: 10 };
  writeVarint(writer, value);
  return writer.buffer.subarray(writer.at);
}

/** Written from the end to the beginning: when its length is wanted, the content is there already. */
type Writer = { buffer: Buffer<ArrayBuffer>; at: number };

/** Bytes for the first try: an answer of a few numbers. */
const FIRST = 512;

function writeMessage(writer: Writer, schema: Schema<unknown>, value: Record<string, unknown>): void {
  for (let number = schema.byNumber.length - 1; number > 0; number--) {
    const entry = schema.byNumber[number];
    if (!entry) continue;
    const [name, field] = entry;
    const item = value[name];
    if (item === undefined) continue;
    if (field.map) {
      const entries = [...(item as Map<string, unknown>)].sort(([a], [b]) => (a < b ? 1 : -1));
      for (const [key, entryValue] of entries) writeField(writer, field, { key, value: entryValue });
    } else if (field.many) writeList(writer, field, item as unknown[]);
    else if (field.optional || !isZero(item)) writeField(writer, field, item);
  }
}

function isZero(item: unknown): boolean {
  return (
    item === 0 || item === 0n || item === false || item === '' || (item instanceof Uint8Array && item.length === 0)
  );
}

function writeList(writer: Writer, field: Field<unknown>, list: unknown[]): void {
  if (WIRE[field.kind] === 2) {
    for (let i = list.length - 1; i >= 0; i--) writeField(writer, field, list[i]);
  } else if (list.length > 0) {
    const before = written(writer);
    for (let i = list.length - 1; i >= 0; i--) writeScalar(writer, field.kind, list[i]);
    writeVarint(writer, written(writer) - before);
    writeVarint(writer, field.number * 8 + 2);
  }
}

function writeField(writer: Writer, field: Field<unknown>, item: unknown): void {
  const wire = WIRE[field.kind];
  const before = written(writer);
  if (field.kind === 'message') {
    writeMessage(writer, (field.schema as () => Schema<unknown>)(), item as Record<string, unknown>);
  } else writeScalar(writer, field.kind, item);
  if (wire === 2) writeVarint(writer, written(writer) - before);
  writeVarint(writer, field.number * 8 + wire);
}

function writeScalar(writer: Writer, kind: Kind, item: unknown): void {
  switch (kind) {
    case 'string': {
      const length = Buffer.byteLength(item as string);
      const at = step(writer, length);
      writer.buffer.write(item as string, at, length);
      break;
    }
    case 'bytes': {
      const at = step(writer, (item as Uint8Array).length);
      writer.buffer.set(item as Uint8Array, at);
      break;
    }
    case 'float': {
      const at = step(writer, 4);
      writer.buffer.writeFloatLE(item as number, at);
      break;
    }
    case 'double': {
      const at = step(writer, 8);
      writer.buffer.writeDoubleLE(item as number, at);
      break;
    }
    case 'fixed32': {
      const at = step(writer, 4);
      writer.buffer.writeUInt32LE(item as number, at);
      break;
    }
    default:
      writeVarint(writer, kind === 'bool' ? Number(item) : (item as number | bigint));
  }
}

function writeVarint(writer: Writer, value: number | bigint): void {
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
    let at = step(writer, value < 128 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 21 ? 3 : value < 2 ** 28 ? 4 : 5);
    for (let rest = value; ; rest >>>= 7) {
      if (rest < 128) {
        writer.buffer[at] = rest;
        return;
      }
      writer.buffer[at++] = (rest & 127) | 128;
    }
  }
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  const at = step(writer, bytes.length);
  writer.buffer.set(bytes, at);
}

const written = ({ buffer, at }: Writer): number => buffer.length - at;

/** Where the next `count` bytes go. */
function step(writer: Writer, count: number): number {
  if (writer.at < count) {
    const old = writer.buffer;
    const length = Math.max(2 * old.length, written(writer) + count);
    writer.buffer = Buffer.allocUnsafe(length);
    old.copy(writer.buffer, length - written({ buffer: old, at: writer.at }), writer.at);
    writer.at += length - old.length;
  }
  writer.at -= count;
  return writer.at;
}
