/** Types of what magics give to cells: the checker's view, so that `const files = !ls` completes. */

/** The lines of a command's output, with IPython's views of them. */
export interface StringList extends Array<string> {
  /** Joined by spaces. */
  readonly s: string;
  /** Joined by newlines. */
  readonly n: string;
  /** As an array. */
  readonly l: string[];
  /** As absolute paths, those that exist. */
  readonly p: string[];
  /** The lines, or their n-th column, that match. */
  grep(
    pattern: string | RegExp | ((line: string) => boolean),
    options?: { prune?: boolean; field?: number },
  ): StringList;
  /** Whitespace-separated columns: one or several of each line, or all as lists. */
  fields(): string[][];
  fields(...columns: number[]): StringList;
  /** By a column, or the number in it, into a new list. */
  sort(column: number, options?: { nums?: boolean }): StringList;
  sort(compare?: (a: string, b: string) => number): this;
}

/** What `%%bash --bg --proc name` assigns. */
export interface BackgroundJob {
  readonly name: string;
  readonly pid: number;
  /** undefined while it runs; -1 when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly running: boolean;
  /** What it has written so far. */
  readonly log: string;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves with its exit code. */
  wait(): Promise<number>;
}

/** What `%%capture name` assigns. */
export interface CapturedOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: unknown[];
  show(): void;
}
