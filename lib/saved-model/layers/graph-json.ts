import type { AttrList, AttrValue, TensorShapeProto } from '../schema.ts';

/** Nodes as tfjs keeps a graph: protobuf's JSON, numbers sometimes as text, bytes as base64, types by name. */
export type JsonNode = { name: string; op: string; input?: string[]; attr?: Record<string, JsonAttr> };
export type JsonAttr = Record<string, unknown>;

export function fromJsonAttrs(attrs: Record<string, JsonAttr> | undefined): Map<string, AttrValue> {
  const kept = Object.entries(attrs ?? {}).filter(([name]) => !name.startsWith('_'));
  return new Map(kept.flatMap(([name, value]) => fromJson(value).map((one) => [name, one] as const)));
}

/** The number of a type that is given by name (`DT_FLOAT`) or number. */
export function typeNumber(type: unknown): number | undefined {
  if (typeof type === 'number') return type;
  return typeof type === 'string' ? (TYPES[type.replace(/^DT_/, '')] ?? Number(type)) : undefined;
}

const TYPES: Record<string, number> = {
  FLOAT: 1,
  DOUBLE: 2,
  INT32: 3,
  UINT8: 4,
  INT16: 5,
  INT8: 6,
  STRING: 7,
  COMPLEX64: 8,
  INT64: 9,
  BOOL: 10,
  BFLOAT16: 14,
  UINT16: 17,
  HALF: 19,
  RESOURCE: 20,
  VARIANT: 21,
  UINT32: 22,
  UINT64: 23,
};

/** A tensor in an attribute is none: constants lie among the weights. */
function fromJson(value: JsonAttr): AttrValue[] {
  if (value.s !== undefined) return [{ s: bytes(value.s) }];
  if (value.i !== undefined) return [{ i: Number(value.i) }];
  if (value.f !== undefined) return [{ f: Number(value.f) }];
  if (value.b !== undefined) return [{ b: Boolean(value.b) }];
  if (value.type !== undefined) return [{ type: typeNumber(value.type) }];
  if (value.shape !== undefined) return [{ shape: shape(value.shape) }];
  if (value.func !== undefined) return [{ func: { name: (value.func as { name: string }).name, attr: new Map() } }];
  if (value.list !== undefined) return [{ list: list(value.list as Record<string, unknown[]>) }];
  return [];
}

function list(value: Record<string, unknown[] | undefined>): AttrList {
  return {
    s: (value.s ?? []).map(bytes),
    i: (value.i ?? []).map(Number),
    f: (value.f ?? []).map(Number),
    b: (value.b ?? []).map(Boolean),
    type: (value.type ?? []).map((type) => typeNumber(type) ?? 0),
    shape: (value.shape ?? []).map(shape),
    tensor: [],
    func: (value.func ?? []).map((func) => ({ name: (func as { name: string }).name, attr: new Map() })),
  };
}

function bytes(value: unknown): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : Uint8Array.from((value ?? []) as number[]);
}

function shape(value: unknown): TensorShapeProto {
  const { dim = [], unknownRank = false } = value as { dim?: { size?: string | number }[]; unknownRank?: boolean };
  return { dim: dim.map(({ size }) => ({ size: Number(size ?? 0), name: '' })), unknown_rank: unknownRank };
}
