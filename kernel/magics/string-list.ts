import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The lines a command printed: IPython's SList. */
export class StringList extends Array<string> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** What a command wrote → its lines; the last line end starts no new line. */
  static parse(output: string): StringList {
    return lines(output === '' ? [] : output.replace(/\r?\n$/, '').split(/\r?\n/));
  }

  /** Joined by spaces. */
  get s(): string {
    return this.join(' ');
  }

  /** Joined by newlines. */
  get n(): string {
    return this.join('\n');
  }

  /** As an array. */
  get l(): string[] {
    return [...this];
  }

  /** The lines that name files or folders which are there, as absolute paths. */
  get p(): string[] {
    return this.filter((line) => line !== '' && existsSync(line)).map((line) => resolve(line));
  }

  /** By a column (`nums`: by the number in it) into a new list; without a column as every array is sorted. */
  override sort(by?: number | ((a: string, b: string) => number), { nums = false } = {}): this {
    if (typeof by !== 'number') return super.sort(by);
    const key = (line: string): string => columns(line).at(by) ?? '';
    const number = (line: string): number => Number(key(line).replace(/\D/g, ''));
    const compare = (a: string, b: string): number => (key(a) < key(b) ? -1 : Number(key(a) > key(b)));
    return lines([...this].sort(nums ? (a, b) => number(a) - number(b) : compare)) as this;
  }

  /** Lines that match; `prune` keeps the others; `field` looks at one whitespace-separated column only. */
  grep(
    pattern: string | RegExp | ((line: string) => boolean),
    options: { prune?: boolean; field?: number } = {},
  ): StringList {
    const expression = typeof pattern === 'string' ? new RegExp(pattern, 'i') : pattern;
    const matches = (line: string): boolean => {
      const text = options.field === undefined ? line : (columns(line).at(options.field) ?? '');
      return typeof expression === 'function' ? expression(text) : text.search(expression) >= 0;
    };
    return lines(this.filter((line) => matches(line) !== (options.prune ?? false)));
  }

  /** Whitespace-separated columns: one gives a list, several are joined by a space; none gives all columns of all lines. */
  fields(): string[][];
  fields(...indices: [number, ...number[]]): StringList;
  fields(...indices: number[]): string[][] | StringList {
    const rows = this.map(columns);
    if (indices.length === 0) return rows;
    return lines(
      rows.map((row) => indices.flatMap((index) => row.at(index) ?? []).join(' ')).filter((text) => text !== ''),
    );
  }
}

function lines(all: string[]): StringList {
  const list = new StringList();
  for (const line of all) list.push(line);
  return list;
}

function columns(line: string): string[] {
  return line.trim() === '' ? [] : line.trim().split(/\s+/);
}
