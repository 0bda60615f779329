import { dtypeNumber, dtypeOf, elementBytes, newData, sizeOf } from './dtype.ts';
import { corrupt } from './error.ts';
import { fromBfloat16, fromHalf, toBfloat16, toHalf } from './float16.ts';
import { create } from './proto.ts';
import { TensorProto, TensorShapeProto } from './schema.ts';
import type { DType, HostTensor, TensorData } from './value.ts';

/** A constant of the graph: `tensor_content`, or the typed list, whose last value repeats when it is shorter than the shape. */
export function fromTensorProto(proto: TensorProto): HostTensor {
  const dtype = dtypeOf(proto.dtype);
  // TensorFlow reads a value's shape by its sizes, also where the message says that the rank is unknown.
  const shape = knownShape(proto.tensor_shape && { ...proto.tensor_shape, unknown_rank: false });
  const size = sizeOf(shape);
  // What an empty tensor's message holds besides its shape is not looked at, nor are more values than there is room for.
  if (size === 0) return { dtype, shape, data: newData(dtype, 0) };
  const content = proto.tensor_content;
  if (content.length > 0) {
    return { dtype, shape, data: dtype === 'string' ? fromStringList(size, content) : fromBytes(dtype, size, content) };
  }
  const list = typedList(proto, dtype);
  const width = dtype.startsWith('complex') ? 2 : 1;
  const given = Math.min(list.length - (list.length % width), width * size);
  if (size > MAX_REPEATED && width * size > given) {
    throw corrupt(`a constant of shape [${shape}] given by ${list.length} values`);
  }
  const data = newData(dtype, size);
  if (given === 0) return { dtype, shape, data };
  if (!Array.isArray(data) && list.length === width * size) {
    data.set(list as never);
    return { dtype, shape, data };
  }
  for (let i = 0; i < width * size; i++) {
    const at = i < given ? i : given - width + (i % width);
    (data as unknown[])[i] = list[at];
  }
  return { dtype, shape, data };
}

export function toTensorProto(tensor: HostTensor): TensorProto {
  const tensor_shape = toShapeProto(tensor.shape);
  const dtype = dtypeNumber(tensor.dtype);
  if (tensor.dtype === 'string')
    return create(TensorProto, { dtype, tensor_shape, string_val: tensor.data as Uint8Array[] });
  return create(TensorProto, { dtype, tensor_shape, tensor_content: toBytes(tensor) });
}

/** Strings as TensorFlow's C++ writes them into tensor_content: all their lengths, as varints, then their bytes. */
function fromStringList(size: number, bytes: Uint8Array): Uint8Array[] {
  const lengths: number[] = [];
  let at = 0;
  for (let i = 0; i < size && at < bytes.length; i++) {
    let length = 0;
    let shift = 1;
    for (let byte = 128; byte > 127; shift *= 128) {
      byte = bytes[at++] ?? 0;
      length += (byte & 127) * shift;
    }
    lengths.push(length);
  }
  const ends = lengths.map((length) => {
    at += length;
    return at;
  });
  if (lengths.length !== size || at !== bytes.length) {
    throw corrupt(`${size} strings that do not fill their ${bytes.length} bytes`);
  }
  return ends.map((end, i) => bytes.subarray(end - lengths[i]!, end));
}

/** Little-endian elements, as checkpoints and tensor_content hold them. */
export function fromBytes(dtype: DType, size: number, bytes: Uint8Array): TensorData {
  const wanted = size * elementBytes(dtype);
  if (dtype === 'string') throw corrupt('strings cannot be stored as raw bytes');
  if (bytes.length !== wanted) throw corrupt(`${size} elements of ${dtype} take ${wanted} bytes, not ${bytes.length}`);
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const convert = dtype === 'float16' ? fromHalf : fromBfloat16;
    return Float32Array.from({ length: size }, (_, i) => convert(bytes[2 * i]! | (bytes[2 * i + 1]! << 8)));
  }
  const data = newData(dtype, 0) as Float32Array;
  const Kind = data.constructor as Float32ArrayConstructor;
  // Typed arrays need aligned memory; a file's tensors lie where they lie.
  const aligned = bytes.byteOffset % data.BYTES_PER_ELEMENT === 0 ? bytes : Uint8Array.from(bytes);
  return new Kind(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / data.BYTES_PER_ELEMENT);
}

export function toBytes(tensor: HostTensor): Uint8Array {
  const data = tensor.data as Float32Array;
  if (tensor.dtype === 'float16' || tensor.dtype === 'bfloat16') {
    return new Uint8Array(Uint16Array.from(data, tensor.dtype === 'float16' ? toHalf : toBfloat16).buffer);
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A fully known shape; -1 or an unknown rank in a value is a corrupt file. */
export function knownShape(proto: TensorShapeProto | undefined): number[] {
  const shape = fromShapeProto(proto ?? create(TensorShapeProto)) ?? [-1];
  if (shape.length > MAX_RANK || shape.some((dim) => dim < 0) || !Number.isSafeInteger(sizeOf(shape))) {
    throw corrupt(`a tensor of shape [${shape}]`);
  }
  return shape;
}

/** -1 where a size is unknown; null when the rank is. */
export function fromShapeProto(proto: TensorShapeProto): number[] | null {
  return proto.unknown_rank ? null : proto.dim.map((dim) => dim.size);
}

export function toShapeProto(shape: readonly (number | null)[]): TensorShapeProto {
  return { dim: shape.map((size) => ({ size: size ?? -1, name: '' })), unknown_rank: false };
}

/** One value may stand for a whole tensor; a hostile file must not turn ten bytes into gigabytes. */
const MAX_REPEATED = 2 ** 26;
/** TensorFlow's own limit. */
const MAX_RANK = 254;

function typedList(proto: TensorProto, dtype: DType): ArrayLike<unknown> {
  switch (dtype) {
    case 'float32':
      return proto.float_val;
    case 'float64':
      return proto.double_val;
    case 'string':
      return proto.string_val;
    case 'int64':
      return proto.int64_val;
    case 'uint64':
      return proto.uint64_val;
    case 'uint32':
      return proto.uint32_val;
    case 'bool':
      return proto.bool_val;
    case 'complex64':
      return proto.scomplex_val;
    case 'complex128':
      return proto.dcomplex_val;
    case 'float16':
      return proto.half_val.map(fromHalf);
    case 'bfloat16':
      return proto.half_val.map(fromBfloat16);
    default:
      return proto.int_val;
  }
}
