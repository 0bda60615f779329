import { stripVTControlCharacters } from 'node:util';
import type { Bundle } from '../runtime/run.ts';
import { document } from './document.ts';
import { dom, elementBrief } from './dom.ts';
import { figure } from './figure.ts';
import { binary } from './image.ts';
import { library } from './library.ts';
import { encode, toJson } from './mime.ts';
import { table } from './table.ts';
import { tensor, tensorBrief } from './tensor.ts';
import { type Brief, cut, text } from './text.ts';

/** A value of one kind → its richer forms by MIME type; undefined when the value is of another kind. */
export type Formatter = (value: unknown) => Bundle | undefined;

/** The first that knows the value wins; order matters: a figure is also a DOM element, a picture's bytes are also numbers. */
const formatters: Formatter[] = [figure, dom, binary, tensor, document, table, library];
/** What these are inside of an array or object. */
const briefs: Brief[] = [tensorBrief, elementBrief];

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
    return { data: encode(data), metadata: toJson('metadata', metadata ?? {}) as Bundle['metadata'] };
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

function ownDisplay(value: unknown): Bundle | undefined | Promise<Bundle | undefined> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const method = quietly(() => (value as Record<symbol, unknown>)[jupyterDisplay]);
  if (typeof method !== 'function') return undefined;
  const shown: unknown = method.call(value);
  return shown instanceof Promise ? shown.then(toBundle) : toBundle(shown);
}

function byKind(value: unknown): Bundle {
  for (const format of formatters) {
    const found = quietly(() => {
      const { data, metadata } = format(value) ?? {};
      return data && metadata && complete({ data: encode(data), metadata }, value);
    });
    if (found) return found;
  }
  return { data: { 'text/plain': text(value, briefs) }, metadata: {} };
}

/** Asking a value what it is runs its getters and traps; one that throws is of no kind, and no reason to fail. */
function quietly<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function complete({ data, metadata }: Bundle, value: unknown): Bundle {
  const { 'text/plain': own } = data;
  return {
    data: { ...data, 'text/plain': own === undefined ? plainOf(value) : stripVTControlCharacters(String(own)) },
    metadata,
  };
}

function plainOf(value: unknown): string {
  try {
    return text(value, briefs);
  } catch (error) {
    return `[value that cannot be inspected: ${error instanceof Error ? error.message : String(error)}]`;
  }
}
