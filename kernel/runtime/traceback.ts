import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { CompiledCell } from '../cell/compile.ts';
import { type Failure, type Frame, traceback } from '../display/error.ts';
import { asTyped } from './as-typed.ts';
import type { CellEvent } from './run.ts';

export type ErrorEvent = Extract<CellEvent, { kind: 'error' }>;

/** What places an error in a cell. */
type Placed = Pick<CompiledCell, 'number' | 'source' | 'mappings'>;

export type Tracer = {
  /** Cells have to be known before their errors can be placed. */
  know(cell: CompiledCell, id: string): void;
  /** Anything that was thrown. */
  explain(thrown: unknown): ErrorEvent;
  /** Printed text with the stack of an error in it: places in cells as the user knows them, the kernel's own frames left out. */
  readable(text: string): string;
  /** The id of the innermost cell on the error's stack. */
  cellOf(thrown: unknown): string | undefined;
};

const repository = fileURLToPath(new URL('../..', import.meta.url));

export function createTracer(folder: string): Tracer {
  const cells = new Map<string, { cell: Placed; id: string }>();
  /** Of the cell asked for last: a map is ten times its text, and a long session has thousands of cells. */
  let latest: { file: string; map: SourceMap } | undefined;

  function explain(thrown: unknown): ErrorEvent {
    const failure = toFailure(thrown, new Set());
    return { kind: 'error', ename: failure.ename, evalue: failure.evalue, traceback: traceback(failure) };
  }

  function toFailure(thrown: unknown, seen: Set<unknown>): Failure {
    seen.add(thrown);
    if (!isError(thrown)) {
      const evalue = typeof thrown === 'string' ? thrown : inspect(thrown, { colors: false, depth: 2 });
      return { ename: typeName(thrown), evalue, frames: [], inner: [] };
    }
    const inner: Failure['inner'] = [];
    if (thrown.cause !== undefined && !seen.has(thrown.cause))
      inner.push({ title: 'Caused by:', failure: toFailure(thrown.cause, seen) });
    const errors: unknown[] = 'errors' in thrown && Array.isArray(thrown.errors) ? thrown.errors : [];
    errors.slice(0, 10).forEach((one, index) => {
      if (!seen.has(one))
        inner.push({ title: `Error ${index + 1} of ${errors.length}:`, failure: toFailure(one, seen) });
    });
    return { ename: nameOf(thrown), evalue: asTyped(String(thrown.message ?? '')), frames: framesOf(thrown), inner };
  }

  function framesOf(error: Error): Frame[] {
    const frames: Frame[] = [];
    for (const site of sites(error)) {
      const frame = toFrame(site);
      if (frame) frames.unshift(frame);
    }
    // A recursion that overflowed has thousands of equal ones.
    return frames.length > 12 ? [...frames.slice(0, 6), ...frames.slice(-6)] : frames;
  }

  function toFrame(site: Site): Frame | undefined {
    const { file, line, callee } = site;
    const known = cells.get(file);
    if (known) {
      const place = inCell(site);
      if (!place) return undefined;
      return { place: `Cell In[${known.cell.number}]`, line: place.line, callee, source: known.cell.source };
    }
    const path = pathOf(file);
    if (path === undefined || /[\\/]node_modules[\\/]/.test(path) || isOurs(path)) return undefined;
    return { place: `File ${nearName(path)}`, line, callee, source: read(path) };
  }

  /** Where the code of a cell stands in what the user typed; undefined for what the compiler added. */
  function inCell({ file, line, column }: Site): { line: number; column: number } | undefined {
    const known = cells.get(file)!;
    if (latest?.file !== file) latest = { file, map: mapOf(known.cell, file) };
    const entry = latest.map.findEntry(line - 1, column - 1);
    return 'originalLine' in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : undefined;
  }

  function readable(text: string): string {
    if (!text.includes('typelab:In[')) return text;
    return asTyped(text)
      .split('\n')
      .flatMap((line) => {
        const site = siteOf(line);
        if (!site) return [line];
        const known = cells.get(site.file);
        const place = known && inCell(site);
        if (place)
          return [
            line.replace(/typelab:In\[\d+\]:\d+:\d+/, `Cell In[${known.cell.number}]:${place.line}:${place.column}`),
          ];
        const path = pathOf(site.file);
        return known || site.file.startsWith('node:internal/') || (path && isOurs(path)) ? [] : [line];
      })
      .join('\n');
  }

  function nearName(path: string): string {
    const near = relative(folder, path);
    return near.startsWith('..') && dirname(near).split(/[\\/]/).length > 2 ? path : near;
  }

  return {
    know: ({ file, number, source, mappings }, id) => {
      cells.set(file, { cell: { number, source, mappings }, id });
      if (latest?.file === file) latest = undefined;
    },
    explain,
    readable,
    cellOf: (thrown) => {
      if (!isError(thrown)) return undefined;
      for (const { file } of sites(thrown)) {
        const known = cells.get(file);
        if (known) return known.id;
      }
      return undefined;
    },
  };
}

function mapOf({ source, mappings }: Placed, file: string): SourceMap {
  const sources = { sources: [file], sourcesContent: [source], names: [], sourceRoot: '' };
  return new SourceMap({ version: 3, file, mappings, ...sources });
}

type Site = { file: string; line: number; column: number; callee: string | undefined };

function sites(error: Error): Site[] {
  return String(error.stack ?? '')
    .split('\n')
    .flatMap((line) => siteOf(line) ?? []);
}

/** One line of a stack as V8 writes it. */
function siteOf(text: string): Site | undefined {
  const match = /^\s+at (?:(.*) \()?(?:async )?(.*?):(\d+):(\d+)\)?(?: \{)?$/.exec(text);
  if (!match) return undefined;
  const callee = match[1]?.replace(/^(?:async |new )/, '').replace(/^(Object|Module)\./, '');
  return {
    file: match[2]!,
    line: Number(match[3]),
    column: Number(match[4]),
    callee: callee && !/<anonymous>|^eval$/.test(callee) ? `${callee}()` : undefined,
  };
}

function pathOf(file: string): string | undefined {
  const path = file.startsWith('file:') ? fileURLToPath(file.replace(/[?#].*$/, '')) : file;
  return path.startsWith('/') || /^[A-Za-z]:\\/.test(path) ? path : undefined;
}

/** The kernel's, server's and library's own frames tell a student nothing about his code. */
function isOurs(path: string): boolean {
  if (!path.startsWith(repository)) return false;
  return /^(kernel|lib|server|lab|node_modules[\\/]\.cache[\\/]typelab)[\\/]/.test(path.slice(repository.length));
}

/** Also errors of another realm: vm contexts, jsdom. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function nameOf(error: Error): string {
  const own = error.constructor?.name;
  // `class MyError extends Error {}` keeps the name 'Error' unless its author sets it.
  if (error.name && error.name !== 'Error') return error.name;
  return own || error.name || 'Error';
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return (value as object).constructor?.name ?? typeof value;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
