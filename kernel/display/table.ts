import type { Bundle } from '../runtime/run.ts';
import { escapeHtml } from './escape.ts';
import { line } from './text.ts';

const rowsShown = 50;
const columnsShown = 30;
/** Of a million rows these tell whether it is a table. */
const rowsLookedAt = 1000;

/** An array of plain objects is a table; text/plain stays what inspect says, for those who read the file. */
export function table(value: unknown): Bundle | undefined {
  if (!Array.isArray(value) || value.length === 0 || !startsWithRows(value)) return undefined;
  const rows = value.slice(0, rowsShown);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (names.length === 0) return undefined;
  const shown = names.slice(0, columnsShown);
  const head = shown
    .map((name) => {
      const type = typeOf(rows, name);
      const side = /^(number|bigint)/.test(type) ? 'right' : 'left';
      return `<th style="text-align:${side}">${escapeHtml(name)}<br><small style="font-weight: normal; opacity: 0.7">${type}</small></th>`;
    })
    .join('');
  const body = rows
    .map((row, index) => `<tr><th>${index}</th>${shown.map((name) => cell(row[name])).join('')}</tr>`)
    .join('');
  const html = `<table><thead><tr><th></th>${head}</tr></thead><tbody>${body}</tbody></table>${more(value.length, names.length)}`;
  return { data: { 'text/html': html }, metadata: {} };
}

function startsWithRows(list: unknown[]): list is Record<string, unknown>[] {
  // Not every(), which goes through the holes of a sparse array one by one.
  for (let i = 0; i < Math.min(list.length, rowsLookedAt); i += 1) if (!isRow(list[i])) return false;
  return true;
}

function isRow(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of vm contexts and of JSON alike; class instances and Dates have a face of their own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function cell(value: unknown): string {
  if (value === undefined) return '<td></td>';
  const numeric = typeof value === 'number' || typeof value === 'bigint';
  const text = typeof value === 'string' ? value : line(value);
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  // A wide table would break even a date; a long text may.
  const wrap = short.length <= 30 ? ';white-space:nowrap' : '';
  return `<td style="text-align:${numeric ? 'right' : 'left'}${wrap}">${escapeHtml(short)}</td>`;
}

function typeOf(rows: Record<string, unknown>[], name: string): string {
  return [...new Set(rows.map((row) => kindOf(row[name])))].join(' | ');
}

/** As TypeScript would name it: `object` of a date or a list says nothing. */
function kindOf(value: unknown): string {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  if (Array.isArray(value)) return 'array';
  const { name } = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor ?? {};
  return name && name !== 'Object' ? name : 'object';
}

function more(rows: number, columns: number): string {
  const cut = rows > rowsShown || columns > columnsShown;
  return cut ? `<p>${rows} rows × ${columns} columns, the first ${rowsShown} × ${columnsShown} shown</p>` : '';
}
