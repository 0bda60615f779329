import type { TensorProto } from '../../../lib/saved-model/schema.ts';
import { enumName } from '../codec/dtype-name.ts';
import { doubleText, floatText } from '../codec/number-text.ts';
import type { ProtoValue } from '../codec/proto-json.ts';

/** A TensorProto with all its fields, as /metadata prints a signature's default values: bytes as base64, 64 bits as text. */
export function tensorJson(proto: TensorProto): ProtoValue {
  const { tensor_shape: shape } = proto;
  const dim = (shape?.dim ?? []).map(({ size, name }) => ({ size: String(size), name }));
  return {
    dtype: enumName(proto.dtype),
    ...(shape && { tensor_shape: { dim, unknown_rank: shape.unknown_rank } }),
    version_number: 0,
    tensor_content: base64(proto.tensor_content),
    half_val: proto.half_val,
    float_val: proto.float_val.map(floatJson),
    double_val: proto.double_val.map(doubleJson),
    int_val: proto.int_val,
    string_val: proto.string_val.map(base64),
    scomplex_val: proto.scomplex_val.map(floatJson),
    int64_val: proto.int64_val.map(String),
    bool_val: proto.bool_val,
    dcomplex_val: proto.dcomplex_val.map(doubleJson),
    resource_handle_val: [],
    variant_val: [],
    uint32_val: proto.uint32_val,
    uint64_val: proto.uint64_val.map(String),
    float8_val: '',
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const floatJson = (value: number): ProtoValue => (Number.isFinite(value) ? Number(floatText(value)) : String(value));
const doubleJson = (value: number): ProtoValue => (Number.isFinite(value) ? Number(doubleText(value)) : String(value));
