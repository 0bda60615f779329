/** A value as text: no colours, since graders and diffs read it, never more than a page, and soon, whatever is in it. */
import { inspect, stripVTControlCharacters, types } from 'node:util';

/** Of one kind of value its line inside of others; undefined for every other kind. */
export type Brief = (value: object) => string | undefined;

/** How much is shown of a container's items and of a text; the first that fits on a page is taken. */
const limits = [
  { items: 100, characters: 10_000, depth: 4 },
  { items: 100, characters: 300, depth: 4 },
  { items: 20, characters: 100, depth: 3 },
  { items: 6, characters: 50, depth: 2 },
];
const longest = 20_000;
/** More would be inspected only to be cut: at a million that takes seconds. */
const mostEntries = 4000;

export function text(value: unknown, briefs: Brief[] = []): string {
  if (typeof value === 'string') return ofString(value);
  const short = timer(value);
  if (short) return short;
  let found = '';
  const keys: Walk['keys'] = new Map();
  for (const limit of limits) {
    const walk: Walk = { ...limit, briefs, keys, entries: 0, copied: false };
    survey(value, walk, 0);
    if (walk.entries > mostEntries && limit !== limits.at(-1)) continue;
    found = inspected(walk.copied ? copy(value, walk, 0, new Map()) : value, limit);
    if (found.length <= longest) break;
  }
  return cut(found);
}

/** On one line, for a cell of a table. */
export function line(value: unknown): string {
  const walk: Walk = { items: 10, depth: 1, briefs: [], keys: new Map(), entries: 0, copied: false };
  survey(value, walk, 0);
  const shown = walk.copied ? copy(value, walk, 0, new Map()) : value;
  const options = { colors: false, depth: 1, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 300 };
  return withCounts(inspect(shown, options));
}

/** At the end of a line, where there are lines. */
export function cut(coloured: string): string {
  const long = stripVTControlCharacters(coloured);
  if (long.length <= longest) return long;
  const end = long.lastIndexOf('\n', longest);
  if (end < longest / 2) return `${long.slice(0, longest)}\n… ${long.length - longest} more characters`;
  const rest = long.slice(end + 1);
  return `${long.slice(0, end)}\n… ${rest.split('\n').length} more lines`;
}

function ofString(value: string): string {
  return cut(inspect(value, { maxStringLength: limits[0]!.characters, breakLength: Infinity }));
}

function inspected(value: unknown, { items, characters, depth }: (typeof limits)[number]): string {
  const options = { depth, maxArrayLength: items, maxStringLength: characters, breakLength: 100 };
  return withCounts(inspect(value, { colors: false, ...options }));
}

/** A cell that ends in setTimeout() is common; all of Node's fields would fill half a page. */
function timer(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined;
  if (Object.getPrototypeOf(value)?.constructor?.name !== 'Timeout') return undefined;
  const { _idleTimeout: after, _repeat: every } = value as { _idleTimeout?: unknown; _repeat?: unknown };
  if (typeof after !== 'number') return undefined;
  if (typeof every === 'number') return `Timeout { every ${every} ms }`;
  return after < 0 ? 'Timeout { over }' : `Timeout { ${after} ms }`;
}

type Walk = {
  /** So many of each container. */
  items: number;
  depth: number;
  briefs: Brief[];
  /** Of each object, asked for once: of one with a million that alone takes a while. */
  keys: Map<object, string[]>;
  /** What inspect would go through. */
  entries: number;
  /** Something in it is shown in other words than inspect's. */
  copied: boolean;
};

/** Goes through a value as inspect would, no further than a page. Getters and proxies, which may do anything, are left alone. */
function survey(value: unknown, walk: Walk, depth: number): void {
  walk.entries += 1;
  if (value === null || typeof value !== 'object' || types.isProxy(value) || walk.entries > mostEntries) return;
  if (depth > 0 && briefOf(value, walk)) walk.copied = true;
  else if (Array.isArray(value)) surveyAll(first(value, walk.items), walk, depth);
  else if (types.isMap(value)) surveyAll(value.entries(), walk, depth);
  else if (types.isSet(value)) surveyAll(value.values(), walk, depth);
  else if (ArrayBuffer.isView(value)) walk.entries += Math.min(walk.items, value.byteLength);
  else if (depth <= walk.depth) {
    const keys = keysOf(value, walk);
    if (isPlain(value) && keys.length > keysShown(walk)) walk.copied = true;
    const shown = walk.copied ? keys.slice(0, keysShown(walk)) : keys;
    for (const key of shown) {
      survey(Object.getOwnPropertyDescriptor(value, key)?.value, walk, depth + 1);
      if (walk.entries > mostEntries) return;
    }
  }
}

function surveyAll(values: Iterable<unknown>, walk: Walk, depth: number): void {
  if (depth > walk.depth) return;
  let count = 0;
  for (const value of values) {
    if (count++ >= walk.items || walk.entries > mostEntries) return;
    survey(value, walk, depth + 1);
  }
}

/** The same, with briefs where there are such, and the first keys of objects with thousands. Circles stay circles. */
function copy(value: unknown, walk: Walk, depth: number, made: Map<object, object>): unknown {
  if (value === null || typeof value !== 'object' || types.isProxy(value)) return value;
  const brief = depth > 0 && briefOf(value, walk);
  if (brief) return { [inspect.custom]: () => brief };
  if (depth > walk.depth || !isPlain(value)) return value;
  const known = made.get(value);
  if (known) return known;
  const list = Array.isArray(value);
  const result: object = list ? [] : Object.create(Object.getPrototypeOf(value));
  made.set(value, result);
  const keys = list ? Array.from({ length: Math.min(value.length, walk.items) }, (_, i) => i) : keysOf(value, walk);
  for (const key of [...keys.slice(0, keysShown(walk)), ...Object.getOwnPropertySymbols(value)]) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!property) continue;
    const inner = 'value' in property ? { value: copy(property.value, walk, depth + 1, made) } : {};
    Object.defineProperty(result, key, { ...property, ...inner });
  }
  if (list) (result as unknown[]).length = value.length;
  else if (keys.length > keysShown(walk))
    Object.defineProperty(result, more, { value: keys.length - keysShown(walk), enumerable: true });
  return result;
}

/** Stands for the keys that are left out. */
const more = '\0more';

function withCounts(shown: string): string {
  return shown.includes('\\x00more') ? shown.replace(/'\\x00more': (\d+)/g, '... $1 more keys') : shown;
}

function keysOf(value: object, { keys }: Walk): string[] {
  const found = keys.get(value) ?? Object.keys(value);
  keys.set(value, found);
  return found;
}

/** Objects say less for each entry than arrays do, so that a page has more of them. */
const keysShown = ({ items }: Walk): number => items * 5;

function briefOf(value: object, { briefs }: Walk): string | undefined {
  for (const brief of briefs) {
    const found = brief(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function* first(list: unknown[], count: number): Generator<unknown> {
  for (let i = 0; i < Math.min(list.length, count); i += 1) yield Object.getOwnPropertyDescriptor(list, i)?.value;
}

/** Arrays and objects as literals make them, which can be copied without a difference that one sees. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (inspect.custom in value || types.isModuleNamespaceObject(value) || types.isArgumentsObject(value)) return false;
  if (Array.isArray(value)) return prototype === Array.prototype;
  return prototype === null || prototype === Object.prototype;
}
