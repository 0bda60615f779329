/**
 * A small protobuf codec driven by tables: the SavedModel messages we need (schema.ts), read by decode.ts and written by encode.ts,
 * without code generation.
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
export type Kind =
  | 'int'
  | 'bigint'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'float'
  | 'double'
  | 'fixed32'
  | 'message';
type Fields = Record<string, Field<unknown>>;
export type Schema<T> = {
  name: string;
  fields: Fields;
  byNumber: [string, Field<unknown>][];
  /** Every field at its default; lists and maps, which each message has its own of, are named apart. */
  zeros: Record<string, unknown>;
  lists: string[];
  maps: string[];
  type?: T;
};
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
  const entries: [string, Field<unknown>][] = Object.entries(fields);
  return {
    name,
    fields,
    byNumber,
    zeros: Object.fromEntries(entries.map(([key, field]) => [key, isOne(field) ? ZERO[field.kind] : undefined])),
    lists: entries.filter(([, field]) => field.many).map(([key]) => key),
    maps: entries.filter(([, field]) => field.map).map(([key]) => key),
  };
}

const isOne = ({ many, map, optional }: Field<unknown>): boolean => !many && !map && !optional;

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

/** A message with every field at its default. */
export function create<T>(schema: Schema<T>, values: Partial<T> = {}): T {
  return { ...blank(schema), ...values } as T;
}

export function blank(schema: Schema<unknown>): Record<string, unknown> {
  const result = { ...schema.zeros };
  for (const name of schema.lists) result[name] = [];
  for (const name of schema.maps) result[name] = new Map();
  return result;
}

/** How the bytes of a kind lie on the wire. */
export const WIRE: Record<Kind, number> = {
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
