import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, stripVTControlCharacters } from 'node:util';
import type { CompiledCell } from '../cell/compile.ts';
import { type Failure, type Frame, type Gap, lateTraceback, traceback } from '../display/error.ts';
import { asTyped } from './as-typed.ts';
import { mappingsOf } from './module-hooks.ts';
import type { CellEvent } from './run.ts';
import { type Site, shorten, siteOf, sites } from './stack.ts';

export type ErrorEvent = Extract<CellEvent, { kind: 'error' }>;

/** What places an error in a cell. */
type Placed = Pick<CompiledCell, 'number' | 'source' | 'mappings'>;

export type Tracer = {
  /** Cells have to be known before their errors can be placed. */
  know(cell: CompiledCell, id: string): void;
  /** Anything that was thrown. */
  explain(thrown: unknown): ErrorEvent;
  /** The same as text, for what was thrown when its cell had ended; `how` is its heading. */
  late(thrown: unknown, how: string): string;
  /** Printed text with the stack of an error in it: places in cells as the user knows them, the kernel's own frames left out. */
  readable(text: string): string;
  /** The innermost cell on the error's stack. */
  cellOf(thrown: unknown): { id: string; number: number } | undefined;
};

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** More frames than this are a recursion; then so many of its two ends are shown. */
const most = 16;
const ends = 4;

export function createTracer(folder: string): Tracer {
  const cells = new Map<string, { cell: Placed; id: string }>();
  /** Of the cell asked for last: a map is ten times its text, and a long session has thousands of cells. */
  let latest: { file: string; map: SourceMap } | undefined;

  function toFailure(thrown: unknown, seen: Set<unknown>): Failure {
    seen.add(thrown);
    if (!isError(thrown)) return { ename: 'Uncaught', evalue: shown(thrown), frames: [], inner: [] };
    const inner: Failure['inner'] = [];
    const add = (title: string, error: unknown) => {
      if (error !== undefined && !seen.has(error)) inner.push({ title, failure: wrapped(error, seen) });
    };
    add('Caused by:', get(thrown, 'cause'));
    if (nameOf(thrown) === 'SuppressedError') {
      add('Thrown first:', get(thrown, 'suppressed'));
      add('Thrown while it was disposed of:', get(thrown, 'error'));
    }
    const errors = get(thrown, 'errors');
    const list: unknown[] = Array.isArray(errors) ? errors : [];
    list.slice(0, 10).forEach((one, index) => void add(`Error ${index + 1} of ${list.length}:`, one));
    const evalue = asTyped(stripVTControlCharacters(String(get(thrown, 'message') ?? '')));
    return { ename: nameOf(thrown), evalue, frames: framesOf(thrown), properties: propertiesOf(thrown), inner };
  }

  /** A cause that is no error is a value like another. */
  function wrapped(error: unknown, seen: Set<unknown>): Failure {
    return isError(error) ? toFailure(error, seen) : { ename: shown(error), evalue: '', frames: [], inner: [] };
  }

  function framesOf(error: Error): (Frame | Gap)[] {
    const all = sites(String(get(error, 'stack') ?? ''));
    // Its two ends are enough to see what goes on in a stack of thousands.
    const [inner, outer] = all.length > 1000 ? [all.slice(0, 200), all.slice(-200)] : [all, []];
    const between = all.length - inner.length - outer.length;
    const place = (list: Site[]) => list.flatMap((site) => toFrame(site) ?? []).reverse();
    const frames = [...place(outer), ...place(inner)];
    if (frames.length <= most) return frames;
    return [...frames.slice(0, ends), { omitted: frames.length - 2 * ends + between }, ...frames.slice(-ends)];
  }

  function toFrame(site: Site): Frame | undefined {
    const { file, callee } = site;
    const known = cells.get(file);
    if (known) {
      const at = inCell(site);
      return at && { place: `Cell In[${known.cell.number}]`, ...at, callee, source: known.cell.source };
    }
    const path = pathOf(file);
    if (path === undefined || /[\\/]node_modules[\\/]/.test(path) || isOurs(path)) return undefined;
    return { place: `File ${nearName(path)}`, ...inFile(site), callee, source: read(path) };
  }

  /** Where the code of a cell stands in what the user typed; undefined for what the compiler added. */
  function inCell({ file, line, column }: Site): { line: number; column: number } | undefined {
    const known = cells.get(file)!;
    if (latest?.file !== file) latest = { file, map: sourceMap(file, known.cell.mappings) };
    return original(latest.map, line, column);
  }

  function readable(text: string): string {
    if (!text.includes('typelab:In[')) return text;
    const lines: string[] = [];
    for (const line of asTyped(text).split('\n')) {
      const shown = readableLine(line);
      if (shown !== undefined) lines.push(shown);
      // The brace that opens the error's properties stands behind its last frame, whoever's that is.
      else if (lines.length > 0) lines[lines.length - 1] += /,?(?: \{)?$/.exec(line)![0];
    }
    return shorten(lines).join('\n');
  }

  /** undefined for a frame that is not the user's. */
  function readableLine(line: string): string | undefined {
    if (/^\s+\.\.\. \d+ lines matching cause stack trace \.\.\.(?:,? \{|,)?$/.test(line)) return undefined;
    const site = siteOf(line);
    if (!site) return line;
    const known = cells.get(site.file);
    const place = known && inCell(site);
    if (place) {
      const cell = `Cell In[${known.cell.number}]:${place.line}:${place.column}`;
      return line.replace(/typelab:In\[\d+\]:\d+:\d+/, cell);
    }
    const path = pathOf(site.file);
    if (known || site.file.startsWith('node:') || (path && isOurs(path))) return undefined;
    const at = inFile(site);
    return line.replace(/(?:\?typelab=\d+)?:\d+:\d+(?=\)?,?(?: \{)?$)/, `:${at.line}:${at.column}`);
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
    explain: (thrown) => {
      const failure = toFailure(thrown, new Set());
      return { kind: 'error', ename: failure.ename, evalue: failure.evalue, traceback: traceback(failure) };
    },
    late: (thrown, how) => {
      const failure = toFailure(thrown, new Set());
      if (isError(thrown)) return lateTraceback(failure, how);
      return lateTraceback({ ...failure, ename: failure.evalue, evalue: '' }, how);
    },
    readable,
    cellOf: (thrown) => {
      if (!isError(thrown)) return undefined;
      for (const { file } of sites(String(get(thrown, 'stack') ?? ''))) {
        const known = cells.get(file);
        if (known) return { id: known.id, number: known.cell.number };
      }
      return undefined;
    },
  };
}

/** Where a local file's code stands in the file: it was lowered before Node saw it. */
function inFile({ file, line, column }: Site): { line: number; column: number } {
  const mappings = mappingsOf(file);
  return (mappings !== undefined && original(sourceMap(file, mappings), line, column)) || { line, column };
}

function sourceMap(file: string, mappings: string): SourceMap {
  return new SourceMap({ version: 3, file, sources: [file], sourcesContent: [], names: [], mappings, sourceRoot: '' });
}

function original(map: SourceMap, line: number, column: number): { line: number; column: number } | undefined {
  const entry = map.findEntry(line - 1, column - 1);
  return 'originalLine' in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : undefined;
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
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
  } catch {
    return false;
  }
}

/** What was thrown may be a proxy, or have a getter that throws: nothing of it is to be trusted. */
function get(owner: object, key: string): unknown {
  try {
    return (owner as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function nameOf(error: Error): string {
  const name = get(error, 'name');
  // `class MyError extends Error {}` keeps the name 'Error' unless its author sets it.
  if (typeof name === 'string' && name && name !== 'Error') return name;
  const own = get((get(error, 'constructor') as object | undefined) ?? {}, 'name');
  return (typeof own === 'string' && own) || 'Error';
}

function shown(value: unknown): string {
  try {
    return inspect(value, { colors: false, depth: 2, breakLength: 100, maxStringLength: 1000 });
  } catch {
    return 'a value that cannot be inspected';
  }
}

/** Told elsewhere, or by the message of an assertion or a command. */
const told =
  /^(?:stack|message|name|cause|errors|error|suppressed|generatedMessage|actual|expected|operator|diff|output|pid|stdout|stderr)$/;

function propertiesOf(error: Error): string {
  try {
    const own = Object.entries(error).filter(([key, value]) => !told.test(key) && typeof value !== 'function');
    if (own.length === 0 || get(error, 'name') === 'AssertionError') return '';
    const text = inspect(Object.fromEntries(own), { colors: false, depth: 1, breakLength: 100, maxStringLength: 200 });
    return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
  } catch {
    return '';
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
