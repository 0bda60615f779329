import { stripVTControlCharacters } from 'node:util';
import { type Output, textOf } from './notebook.ts';

/** The first difference between stored and new outputs, or undefined: numbers count as equal within `tolerance` (relative). */
export function differenceOf(stored: Output[], now: Output[], tolerance = 1e-3): string | undefined {
  const [before, after] = [stored.map(comparable), now.map(comparable)];
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const [old, current] = [before[i], after[i]];
    if (old === undefined || current === undefined || !same(old, current, tolerance))
      return `output ${i + 1} differs\n  stored: ${shown(old)}\n  now:    ${shown(current)}`;
  }
  return undefined;
}

function comparable(output: Output): string {
  if (output.output_type === 'stream')
    return `${output.name}: ${stripVTControlCharacters(textOf(output.text)).trimEnd()}`;
  if (output.output_type === 'error') return `${output.ename}: ${output.evalue}`;
  const data = Object.keys(output.data)
    .sort()
    .map((type) => {
      const value = output.data[type];
      const text =
        typeof value === 'string' || Array.isArray(value) ? textOf(value as string[]) : JSON.stringify(value);
      return `${type}: ${type === 'image/svg+xml' || type === 'text/html' ? normalSvg(text) : text.trimEnd()}`;
    });
  return `${data.join('\n')}`;
}

/** Generated ids differ from run to run, and blanks between tags say nothing. */
function normalSvg(text: string): string {
  const ids = new Map<string, string>();
  for (const [, id] of text.matchAll(/\bid="([^"]+)"/g)) if (!ids.has(id!)) ids.set(id!, `id${ids.size}`);
  return text
    .replace(/(\bid="|href="#|url\(#)([^")]+)/g, (whole, start, id) => (ids.has(id) ? start + ids.get(id) : whole))
    .replace(/>\s+</g, '><')
    .trim();
}

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g;

function same(old: string, now: string, tolerance: number): boolean {
  if (old === now) return true;
  if (old.replace(NUMBER, '#') !== now.replace(NUMBER, '#')) return false;
  const [a, b] = [old, now].map((text) => (text.match(NUMBER) ?? []).map(Number)) as [number[], number[]];
  return a.every((one, i) => Math.abs(one - b[i]!) <= tolerance * Math.max(Math.abs(one), Math.abs(b[i]!)));
}

function shown(text: string | undefined): string {
  if (text === undefined) return '(none)';
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
