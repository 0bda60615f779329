import { dtypeWord } from '../../../lib/saved-model/dtype.ts';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { invalidArgument } from './errors.ts';
import { doubleText, floatText } from './number-text.ts';
import { PrettyWriter } from './pretty-writer.ts';

/** The answer to a predict request (one character per byte), byte for byte as TF Serving writes it: rows on one line, columns one value a line. */
export function writePredictAnswer(outputs: ReadonlyMap<string, HostTensor>, format: 'row' | 'columnar'): string {
  if (outputs.size === 0) throw invalidArgument('Cannot convert empty tensor map to JSON');
  const writer = new PrettyWriter();
  writer.startObject();
  if (format === 'row') writeRows(outputs, writer);
  else writeColumns(outputs, writer);
  writer.endObject();
  return writer.text;
}

function writeRows(outputs: ReadonlyMap<string, HostTensor>, writer: PrettyWriter): void {
  const count = batchSize(outputs);
  const columns = [...outputs].map(([name, tensor]) => ({
    name,
    tensor,
    put: leafWriter(name, tensor, writer),
    at: 0,
  }));
  writer.key('predictions');
  writer.startList();
  for (let item = 0; item < count; item++) {
    if (columns.length > 1) writer.startObject();
    writer.singleLine = true;
    for (const column of columns) {
      if (columns.length > 1) writer.key(column.name);
      column.at = writeValues(column.tensor.shape, 1, column.at, column.put, writer);
    }
    writer.singleLine = false;
    if (columns.length > 1) writer.endObject();
  }
  writer.endList();
}

function batchSize(outputs: ReadonlyMap<string, HostTensor>): number {
  let size = -1;
  for (const [name, { shape }] of outputs) {
    const own = shape[0];
    if (own === undefined) throw invalidArgument(`Tensor name: ${name} has no shape information `);
    if (size >= 0 && size !== own) {
      throw invalidArgument(`Tensor name: ${name} has inconsistent batch size: ${own} expecting: ${size}`);
    }
    size = own;
  }
  return size;
}

function writeColumns(outputs: ReadonlyMap<string, HostTensor>, writer: PrettyWriter): void {
  writer.key('outputs');
  if (outputs.size > 1) writer.startObject();
  for (const [name, tensor] of outputs) {
    if (outputs.size > 1) writer.key(name);
    writeValues(tensor.shape, 0, 0, leafWriter(name, tensor, writer), writer);
  }
  if (outputs.size > 1) writer.endObject();
}

type Put = (at: number) => void;

/** Returns the offset after the last value written. */
function writeValues(shape: number[], dim: number, from: number, put: Put, writer: PrettyWriter): number {
  if (dim >= shape.length) {
    put(from);
    return from + 1;
  }
  let at = from;
  writer.startList();
  const size = shape[dim] as number;
  for (let i = 0; i < size; i++) at = writeValues(shape, dim + 1, at, put, writer);
  writer.endList();
  return at;
}

function leafWriter(name: string, { dtype, data }: HostTensor, writer: PrettyWriter): Put {
  switch (dtype) {
    case 'float32':
      return (at) => writer.raw(floatText(data[at] as number));
    case 'float64':
      return (at) => writer.raw(doubleText(data[at] as number));
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint32':
    case 'uint64':
      return (at) => writer.raw(String(data[at]));
    case 'bool':
      return (at) => writer.raw(data[at] ? 'true' : 'false');
    case 'string': {
      const strings = data as Uint8Array[];
      if (!name.endsWith('_bytes')) return (at) => writer.string(bufferOf(strings[at] as Uint8Array));
      return (at) => {
        writer.startObject();
        writer.key('b64');
        writer.string(Buffer.from(bufferOf(strings[at] as Uint8Array).toString('base64')));
        writer.endObject();
      };
    }
    default:
      return () => {
        throw invalidArgument(`Failed to write JSON value for tensor type: ${dtypeWord(dtype)}`);
      };
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
