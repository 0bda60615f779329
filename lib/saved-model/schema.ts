import type { Of, Schema } from './proto.ts';
import {
  bigint,
  bool,
  bytes,
  double,
  fixed32,
  float,
  int,
  many,
  map,
  maybe,
  message,
  string,
  sub,
  uint64,
} from './proto.ts';

/**
 * The messages of a SavedModel and of a TensorBundle, under protobuf's own names. What we neither read nor write
 * (debug_info, descriptions, shardings) is left out: a reader skips it.
 */
const Dim = message('Dim', { size: int(1), name: string(2) });
export const TensorShapeProto = message('TensorShapeProto', { dim: many(sub(2, () => Dim)), unknown_rank: bool(3) });
export type TensorShapeProto = Of<typeof TensorShapeProto>;

export const TensorProto = message('TensorProto', {
  dtype: int(1),
  tensor_shape: sub(2, () => TensorShapeProto),
  tensor_content: bytes(4),
  float_val: many(float(5)),
  double_val: many(double(6)),
  int_val: many(int(7)),
  string_val: many(bytes(8)),
  scomplex_val: many(float(9)),
  int64_val: many(bigint(10)),
  bool_val: many(bool(11)),
  dcomplex_val: many(double(12)),
  half_val: many(int(13)),
  uint32_val: many(int(16)),
  uint64_val: many(uint64(17)),
});
export type TensorProto = Of<typeof TensorProto>;

export type NameAttrList = { name: string; attr: Map<string, AttrValue> };
export type AttrList = {
  s: Uint8Array[];
  i: number[];
  f: number[];
  b: boolean[];
  type: number[];
  shape: TensorShapeProto[];
  tensor: TensorProto[];
  func: NameAttrList[];
};
export type AttrValue = {
  list?: AttrList | undefined;
  s?: Uint8Array | undefined;
  i?: number | undefined;
  f?: number | undefined;
  b?: boolean | undefined;
  type?: number | undefined;
  shape?: TensorShapeProto | undefined;
  tensor?: TensorProto | undefined;
  placeholder?: string | undefined;
  func?: NameAttrList | undefined;
};
const NameAttrList: Schema<NameAttrList> = message('NameAttrList', {
  name: string(1),
  attr: map(
    2,
    sub(2, () => AttrValue),
  ),
});
const AttrList: Schema<AttrList> = message('AttrValue.ListValue', {
  s: many(bytes(2)),
  i: many(int(3)),
  f: many(float(4)),
  b: many(bool(5)),
  type: many(int(6)),
  shape: many(sub(7, () => TensorShapeProto)),
  tensor: many(sub(8, () => TensorProto)),
  func: many(sub(9, () => NameAttrList)),
});
export const AttrValue: Schema<AttrValue> = message('AttrValue', {
  list: sub(1, () => AttrList),
  s: maybe(bytes(2)),
  i: maybe(int(3)),
  f: maybe(float(4)),
  b: maybe(bool(5)),
  type: maybe(int(6)),
  shape: sub(7, () => TensorShapeProto),
  tensor: sub(8, () => TensorProto),
  placeholder: maybe(string(9)),
  func: sub(10, () => NameAttrList),
});

export const NodeDef = message('NodeDef', {
  name: string(1),
  op: string(2),
  input: many(string(3)),
  attr: map(
    5,
    sub(2, () => AttrValue),
  ),
});
export type NodeDef = Of<typeof NodeDef>;

export const ArgDef = message('ArgDef', {
  name: string(1),
  type: int(3),
  type_attr: string(4),
  number_attr: string(5),
  type_list_attr: string(6),
});
export type ArgDef = Of<typeof ArgDef>;
export const OpDef = message('OpDef', {
  name: string(1),
  input_arg: many(sub(2, () => ArgDef)),
  output_arg: many(sub(3, () => ArgDef)),
});
export type OpDef = Of<typeof OpDef>;
export const FunctionDef = message('FunctionDef', {
  signature: sub(1, () => OpDef),
  node_def: many(sub(3, () => NodeDef)),
  ret: map(4, string(2)),
  control_ret: map(6, string(2)),
});
export type FunctionDef = Of<typeof FunctionDef>;
const FunctionDefLibrary = message('FunctionDefLibrary', { function: many(sub(1, () => FunctionDef)) });
const VersionDef = message('VersionDef', { producer: int(1), min_consumer: int(2) });
export const GraphDef = message('GraphDef', {
  node: many(sub(1, () => NodeDef)),
  library: sub(2, () => FunctionDefLibrary),
  versions: sub(4, () => VersionDef),
});
export type GraphDef = Of<typeof GraphDef>;

const CooSparse = message('CooSparse', {
  values_tensor_name: string(1),
  indices_tensor_name: string(2),
  dense_shape_tensor_name: string(3),
});
export const TensorInfoProto = message('TensorInfo', {
  name: string(1),
  dtype: int(2),
  tensor_shape: sub(3, () => TensorShapeProto),
  coo_sparse: sub(4, () => CooSparse),
});
export type TensorInfoProto = Of<typeof TensorInfoProto>;
export const SignatureDef = message('SignatureDef', {
  inputs: map(
    1,
    sub(2, () => TensorInfoProto),
  ),
  outputs: map(
    2,
    sub(2, () => TensorInfoProto),
  ),
  method_name: string(3),
  defaults: map(
    4,
    sub(2, () => TensorProto),
  ),
});
/** A signature in proto terms, field names as a server's /metadata prints them. */
export type SignatureDef = Of<typeof SignatureDef>;

const OpList = message('OpList', { op: many(sub(1, () => OpDef)) });
const MetaInfoDef = message('MetaInfoDef', {
  stripped_op_list: sub(2, () => OpList),
  tags: many(string(4)),
  tensorflow_version: string(5),
});
const SaverDef = message('SaverDef', {
  filename_tensor_name: string(1),
  save_tensor_name: string(2),
  restore_op_name: string(3),
  version: int(7),
});
const NodeList = message('NodeList', { value: many(string(1)) });
const Any = message('Any', { type_url: string(1), value: bytes(2) });
const AnyList = message('AnyList', { value: many(sub(1, () => Any)) });
const CollectionDef = message('CollectionDef', { node_list: sub(1, () => NodeList), any_list: sub(5, () => AnyList) });
export const AssetFileDef = message('AssetFileDef', {
  tensor_info: sub(1, () => TensorInfoProto),
  filename: string(2),
});
export type AssetFileDef = Of<typeof AssetFileDef>;
export const MetaGraphDef = message('MetaGraphDef', {
  meta_info_def: sub(1, () => MetaInfoDef),
  graph_def: sub(2, () => GraphDef),
  saver_def: sub(3, () => SaverDef),
  collection_def: map(
    4,
    sub(2, () => CollectionDef),
  ),
  signature_def: map(
    5,
    sub(2, () => SignatureDef),
  ),
  asset_file_def: many(sub(6, () => AssetFileDef)),
  // A SavedObjectGraph (object-graph.ts): written, but not needed to run a model, so it stays bytes here.
  object_graph_def: bytes(7),
});
export type MetaGraphDef = Of<typeof MetaGraphDef>;
export const SavedModelProto = message('SavedModel', {
  saved_model_schema_version: int(1),
  meta_graphs: many(sub(2, () => MetaGraphDef)),
});
export type SavedModelProto = Of<typeof SavedModelProto>;

export const BundleHeaderProto = message('BundleHeaderProto', {
  num_shards: int(1),
  endianness: int(2),
  version: sub(3, () => VersionDef),
});
const Slice = message('TensorSliceProto', {
  extent: many(sub(1, () => message('Extent', { start: int(1), length: maybe(int(2)) }))),
});
export const BundleEntryProto = message('BundleEntryProto', {
  dtype: int(1),
  shape: sub(2, () => TensorShapeProto),
  shard_id: int(3),
  offset: int(4),
  size: int(5),
  crc32c: fixed32(6),
  slices: many(sub(7, () => Slice)),
});
export type BundleEntryProto = Of<typeof BundleEntryProto>;
