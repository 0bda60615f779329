/** JSON as model servers write and read it: NaN and infinities are numbers, tensors and typed arrays are lists. */
export function toJson(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (isTensor(value)) return toJson(value.arraySync());
  if (ArrayBuffer.isView(value)) return `[${Array.from(value as unknown as ArrayLike<unknown>, toJson).join(',')}]`;
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${toJson(item)}`).join(',')}}`;
}

/** Also takes the tokens NaN, Infinity and -Infinity, which JSON.parse refuses. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
  }
  // Strings are matched first, so that the words inside them stay.
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
    token.startsWith('"') ? token : `"${MARK}${token}"`,
  );
  return JSON.parse(marked, (_, item: unknown) =>
    typeof item === 'string' && item.startsWith(MARK) ? Number(item.slice(1)) : item,
  );
}

/** A control character that JSON would have escaped; it is put in only where a bare token stood. */
const MARK = '\u2060';

/** By shape, not by class: a notebook may bring its own copy of tfjs. */
function isTensor(value: object): value is { arraySync(): unknown } {
  return 'arraySync' in value && typeof value.arraySync === 'function';
}
