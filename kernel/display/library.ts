import type { Bundle } from '../runtime/run.ts';
import { document } from './document.ts';
import { table } from './table.ts';

type Methods = { toDataURL?: unknown; toSpec?: unknown; outerHTML?: unknown };
type Column = { toJSON?(): { DataType?: unknown } };
type Frame = { schema: Record<string, Column>; head(rows: number): Frame; toRecords(): Record<string, unknown>[] };

/**
 * What is told by the methods that libraries give their objects, as Deno's kernel does: pictures by the toDataURL of a
 * canvas, Vega-Lite's API by toSpec, Polars's data frames by their schema, markup by outerHTML.
 */
export function library(value: unknown): Bundle | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { toDataURL, toSpec, outerHTML } = value as Methods;
  if (typeof toDataURL === 'function') return drawn(toDataURL.call(value));
  if (typeof toSpec === 'function') return document(toSpec.call(value));
  if (isFrame(value)) return frame(value);
  if (typeof outerHTML !== 'string') return undefined;
  return { data: { [/^<svg/i.test(outerHTML) ? 'image/svg+xml' : 'text/html']: outerHTML }, metadata: {} };
}

/** Some libraries give a promise, which nobody can wait for here. */
function drawn(url: unknown): Bundle | undefined {
  const [, type, content] = /^data:(image\/[\w.+-]+);base64,(.+)$/s.exec(String(url)) ?? [];
  return type && content ? { data: { [type]: content }, metadata: {} } : undefined;
}

function isFrame(value: object): value is Frame {
  const { schema, head, toRecords } = value as Partial<Frame>;
  return schema !== null && typeof schema === 'object' && typeof head === 'function' && typeof toRecords === 'function';
}

const rowsShown = 50;

function frame(value: Frame): Bundle {
  const rows = value.head(rowsShown).toRecords();
  const fields = Object.entries(value.schema).map(([name, column]) => ({ name, type: jsonType(column) }));
  const resource = { 'application/vnd.dataresource+json': { data: rows, schema: { fields } } };
  return { data: { ...resource, ...table(rows)?.data }, metadata: {} };
}

/** A Polars column's type in the words of JSON Schema, which data resources use. */
function jsonType(column: Column): string {
  const name = String(column?.toJSON?.().DataType);
  if (/^U?Int\d+$/.test(name)) return 'integer';
  const others: Record<string, string> = { Null: 'null', Bool: 'boolean', List: 'array', Struct: 'object' };
  return others[name] ?? (/^Float/.test(name) ? 'number' : 'string');
}
