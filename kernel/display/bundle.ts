import { inspect, stripVTControlCharacters } from 'node:util';
import type { Bundle } from '../runtime/run.ts';
import { document } from './document.ts';
import { dom } from './dom.ts';
import { figure } from './figure.ts';
import { binary } from './image.ts';
import { table } from './table.ts';
import { tensor } from './tensor.ts';

/** A value of one kind → its richer forms by MIME type; undefined when the value is of another kind. */
export type Formatter = (value: unknown) => Bundle | undefined;

/** The first that knows the value wins; order matters: a tensor is also an object, a figure also a DOM element. */
const formatters: Formatter[] = [figure, dom, tensor, binary, document, table];

export const jupyterDisplay = Symbol.for('Jupyter.display');

/** A value → what a front end can show. A promise only where the value's own Jupyter.display gives one. */
export function bundle(value: unknown): Bundle | Promise<Bundle> {
  const own = ownDisplay(value);
  if (own instanceof Promise) return own.then((shown) => (shown ? complete(shown, value) : byKind(value)));
  return own ? complete(own, value) : byKind(value);
}

/** What `display(data, { raw: true })` and the `Jupyter.display` method give: MIME types, or a whole bundle with metadata. */
export function toBundle(shown: unknown): Bundle | undefined {
  if (shown === null || typeof shown !== 'object') return undefined;
  const { data, metadata } = shown as Partial<Bundle>;
  if (data !== null && typeof data === 'object' && !Object.keys(shown).some((key) => key.includes('/')))
    return { data: encode(data), metadata: metadata ?? {} };
  if (!Object.keys(shown).some((key) => key.includes('/'))) return undefined;
  return { data: encode(shown as Record<string, unknown>), metadata: {} };
}

/** What is shown raw has text too, for a terminal and for a reader of the file: its own where it is text. */
export function withText({ data, metadata }: Bundle): Bundle {
  if ('text/plain' in data) return { data, metadata };
  const [type, content] = Object.entries(data)[0] ?? ['', ''];
  const readable = /^text\/|\+xml$/.test(type) && typeof content === 'string';
  return { data: { ...data, 'text/plain': readable ? cut(content) : `[${type}]` }, metadata };
}

/** The value as text: no colours, since graders and diffs read it, and never more than a page. */
export function text(value: unknown): string {
  if (typeof value === 'string') return cut(inspect(value, { maxStringLength: 10_000, breakLength: Infinity }));
  const short = timer(value);
  if (short) return short;
  return cut(
    inspect(value, { colors: false, depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 }),
  );
}

/** A cell that ends in setTimeout() is common; all of Node's fields would fill half a page. */
function timer(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || value.constructor?.name !== 'Timeout') return undefined;
  const { _idleTimeout: after, _repeat: every } = value as { _idleTimeout?: unknown; _repeat?: unknown };
  if (typeof after !== 'number') return undefined;
  if (typeof every === 'number') return `Timeout { every ${every} ms }`;
  return after < 0 ? 'Timeout { over }' : `Timeout { ${after} ms }`;
}

const longest = 20_000;

/** At the end of a line, where there are lines. */
function cut(coloured: string): string {
  const long = stripVTControlCharacters(coloured);
  if (long.length <= longest) return long;
  const end = long.lastIndexOf('\n', longest);
  if (end < longest / 2) return `${long.slice(0, longest)}\n… ${long.length - longest} more characters`;
  const rest = long.slice(end + 1);
  return `${long.slice(0, end)}\n… ${rest.split('\n').length} more lines`;
}

function ownDisplay(value: unknown): Bundle | undefined | Promise<Bundle | undefined> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const method = (value as Record<symbol, unknown>)[jupyterDisplay];
  if (typeof method !== 'function') return undefined;
  const shown: unknown = method.call(value);
  return shown instanceof Promise ? shown.then(toBundle) : toBundle(shown);
}

function byKind(value: unknown): Bundle {
  for (const format of formatters) {
    const found = format(value);
    if (found) return complete(found, value);
  }
  return { data: { 'text/plain': text(value) }, metadata: {} };
}

function complete({ data, metadata }: Bundle, value: unknown): Bundle {
  const { 'text/plain': own } = data;
  if (typeof own === 'string') return { data: { ...data, 'text/plain': stripVTControlCharacters(own) }, metadata };
  return 'text/plain' in data ? { data, metadata } : { data: { ...data, 'text/plain': plainOf(value) }, metadata };
}

function plainOf(value: unknown): string {
  try {
    return text(value);
  } catch (error) {
    return `[value that cannot be inspected: ${error instanceof Error ? error.message : String(error)}]`;
  }
}

/** Bytes travel as base64; everything else must survive the way to the front end as JSON. */
function encode(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => [
      type,
      value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
        : value,
    ]),
  );
}
