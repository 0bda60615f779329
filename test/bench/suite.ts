/** What `npm run bench` runs and writes down. A suite is a file of this folder, named as on the command line, with a Suite as its default export. */

export type Suite = {
  /** The heading of its part of RESULTS.md. */
  title: string;
  /** @param say tells how far it is */
  run(say: (line: string) => void): Promise<Results>;
};

export type Results = {
  /** What was compared, in which versions, how often: a sentence or two. */
  about: string;
  tables: Table[];
  limits: Limit[];
};

export type Table = {
  title?: string;
  columns: string[];
  /** A number is written with three digits, undefined as a dash. */
  rows: (string | number | undefined)[][];
};

/** A figure that is to stay under (or, with `atLeast`, over) another of the same run. */
export type Limit = {
  what: string;
  /** undefined where it could not be measured. */
  measured: number | undefined;
  limit: number | undefined;
  unit: string;
  atLeast?: boolean;
  /** What stands in the way, where that is known; told where it is not met. */
  why?: string;
};

export function isMet({ measured, limit, atLeast = false }: Limit): boolean | undefined {
  if (measured === undefined || limit === undefined) return undefined;
  return atLeast ? measured >= limit : measured <= limit;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  return below + ((sorted[Math.ceil(place)] ?? Number.NaN) - below) * (place % 1);
}
