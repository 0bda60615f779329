import { inspect } from 'node:util';
import type { Bundle } from '../runtime/run.ts';
import { escapeHtml } from './escape.ts';

const rowsShown = 50;
const columnsShown = 30;

/** An array of plain objects is a table; text/plain stays what inspect says, for those who read the file. */
export function table(value: unknown): Bundle | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRow)) return undefined;
  const rows = value.slice(0, rowsShown);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (names.length === 0) return undefined;
  const shown = names.slice(0, columnsShown);
  const head = shown
    .map(
      (name) =>
        `<th>${escapeHtml(name)}<br><small style="font-weight: normal; opacity: 0.7">${typeOf(rows, name)}</small></th>`,
    )
    .join('');
  const body = rows
    .map((row, index) => `<tr><th>${index}</th>${shown.map((name) => cell(row[name])).join('')}</tr>`)
    .join('');
  const html = `<table><thead><tr><th></th>${head}</tr></thead><tbody>${body}</tbody></table>${more(value.length, names.length)}`;
  return { data: { 'text/html': html }, metadata: {} };
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
  const text =
    typeof value === 'string' ? value : inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 10 });
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return `<td${numeric ? ' style="text-align:right"' : ''}>${escapeHtml(short)}</td>`;
}

function typeOf(rows: Record<string, unknown>[], name: string): string {
  return [...new Set(rows.map((row) => (row[name] === null ? 'null' : typeof row[name])))].join(' | ');
}

function more(rows: number, columns: number): string {
  const cut = rows > rowsShown || columns > columnsShown;
  return cut ? `<p>${rows} rows × ${columns} columns, the first ${rowsShown} × ${columnsShown} shown</p>` : '';
}
