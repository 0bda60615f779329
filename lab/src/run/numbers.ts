/**
 * JSON whose numbers keep the form that they have in the file: to JavaScript 1.0 is 1 and 12345678901234567890 another number,
 * and what others have written into a notebook's metadata must not change because we write the file.
 */
const written = new WeakMap<object, Map<string, { value: number; source: string }>>();
let any = false;

type Context = { source?: string };
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** @throws SyntaxError */
export function parseJson(text: string): unknown {
  return JSON.parse(text, function (this: object, key: string, value: unknown, { source }: Context = {}) {
    if (typeof value === 'number' && source !== undefined && source !== String(value)) {
      const of = written.get(this) ?? new Map();
      written.set(this, of.set(key, { value, source }));
      any = true;
    }
    return value;
  } as Parameters<typeof JSON.parse>[1]);
}

/** A number that has changed since is written as JavaScript writes it. */
export function toJson(value: unknown, indentation: number): string {
  if (!any) return JSON.stringify(value, null, indentation);
  return JSON.stringify(
    value,
    function (this: object, key: string, one: unknown) {
      const as = typeof one === 'number' ? written.get(this)?.get(key) : undefined;
      return as && Object.is(as.value, one) ? rawJSON(as.source) : one;
    },
    indentation,
  );
}
