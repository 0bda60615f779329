/** A message as plain values: text, numbers, booleans, lists, and fields in the order of their numbers. */
export type ProtoValue =
  | string
  | number
  | boolean
  | ProtoValue[]
  | { [field: string]: ProtoValue }
  | Map<string, ProtoValue>;

/** protobuf's JSON printer with white space: 1 blank a level, and a line end after the message. */
export function protoJson(value: ProtoValue): string {
  return `${print(value, 1)}\n`;
}

function print(value: ProtoValue, level: number): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  const list = Array.isArray(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  if (entries.length === 0) return list ? '[]' : '{}';
  const lines = entries.map(([key, item]) => {
    const text = print(item as ProtoValue, level + 1);
    return `${' '.repeat(level)}${list ? '' : `${quote(key)}: `}${text}`;
  });
  return `${list ? '[' : '{'}\n${lines.join(',\n')}\n${' '.repeat(level - 1)}${list ? ']' : '}'}`;
}

/** protobuf also escapes what would be unsafe inside HTML. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[<>\x7f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}
