import type { LanguageChange } from '../border.ts';
import type { CellEvent } from '../runtime/run.ts';
import type { Typecheck } from '../typecheck.ts';
import type { Jobs } from './background.ts';

/** The cell a magic works for. */
export type MagicCell = {
  /** Aborted when the user interrupts the cell. */
  signal: AbortSignal;
  write(name: 'stdout' | 'stderr', text: string): void;
  emit(event: CellEvent): void;
  /** Something for the front end that comes with the reply, e.g. text for the next cell. */
  payload(entry: Record<string, unknown>): void;
  /** Asks the user for a line. */
  ask(prompt: string, password: boolean): Promise<string>;
  /** Output goes to `take`, and nowhere else but where that says false, until the returned function is called. */
  divert(take: (event: CellEvent) => boolean): () => void;
};

/** What outlives a cell and magics may use or change. */
export type MagicHost = {
  /** The notebook's folder, where imports are resolved; `%cd` changes the process's folder only. */
  folder: string;
  /** Names the cells declared so far: in which cell, and where their values are. */
  variables: Map<string, { cell: number; path: readonly string[] }>;
  /** What was typed, by cell number. */
  inputs: readonly string[];
  /** The cell whose code is running now: a function that a magic made may be called in a later one. */
  current(): MagicCell | undefined;
  lookup(name: string): unknown;
  assign(path: readonly string[], value: unknown): void;
  jobs: Jobs;
  settings: {
    shellErrors: boolean;
    typecheck: Typecheck;
    previousFolder: string | undefined;
    /** The folders of `%dhist`, and those that `%pushd` keeps. */
    visited: string[];
    pushed: string[];
  };
  /** Runs code as if it were a cell: what it declares is the session's. Resolves with its value. */
  runCode(source: string): Promise<unknown>;
  /** What the checker knows of a name or member: its declaration, then its documentation. */
  declaration(name: string): Promise<string | undefined>;
  /** How a cell declared a name, as it was typed. */
  source(name: string): Promise<string | undefined>;
  /** Tells the compiler. */
  change(change: LanguageChange): void;
  /** `%reset`: forgets what the cells have declared. */
  reset(): void;
  /** Empties `In` and `Out`. */
  forgetTyped(): void;
  forgetShown(): void;
};

export type MagicCall = {
  host: MagicHost;
  cell: MagicCell;
  /** What stands after the name, filled in. */
  text: string;
  /** The rest of a `%%` cell, verbatim. */
  body?: string | undefined;
  /** Sets a variable of the notebook that the magic's line names. */
  assign(variable: string, value: unknown): void;
  /** Runs the rest of the line or cell as code. */
  run?: (() => Promise<unknown>) | undefined;
};

export type Magic = {
  /** With its sigil: `!`, `%env`, `%%bash`. */
  name: string;
  /** One line: the form, then what it does. */
  usage: string;
  help: string;
  /** The command that `%alias` gave it. */
  aliasOf?: string;
  /** A value other than undefined is the value of the expression. */
  run(call: MagicCall): unknown;
  /** The same inside a function that is not async. */
  runSync?: (call: MagicCall) => unknown;
};

/** A magic that was written wrongly: IPython's name for it. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Joins literal text and interpolated values: text, value, text, … A list of lines joins with spaces, as in IPython. */
export function fillIn(parts: readonly unknown[]): string {
  return parts.map((part) => (Array.isArray(part) ? part.map(String).join(' ') : String(part))).join('');
}
