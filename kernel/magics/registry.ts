import type { KnownMagic } from '../border.ts';
import { captureMagics } from './capture.ts';
import { codeMagics } from './code.ts';
import { envMagics } from './env.ts';
import { fileMagics } from './files.ts';
import { folderMagics } from './folders.ts';
import { historyMagics } from './history.ts';
import { infoMagics } from './info.ts';
import { jobMagics } from './jobs.ts';
import { fillIn, type Magic, type MagicCall, UsageError } from './magic.ts';
import { programMagics } from './programs.ts';
import { richMagics } from './rich.ts';
import { scriptMagics } from './script.ts';
import { settingMagics } from './settings.ts';
import { shellMagics } from './shell.ts';
import { sourceMagics } from './source.ts';
import { timeMagics } from './time.ts';
import { variableMagics } from './variables.ts';

/** Every magic there is: %lsmagic, %help and completion are printed from it. */
export const registry: Map<string, Magic> = new Map<string, Magic>(
  [
    ...shellMagics,
    ...scriptMagics,
    ...jobMagics,
    ...envMagics,
    ...fileMagics,
    ...folderMagics,
    ...programMagics(() => registry),
    ...richMagics,
    ...timeMagics,
    ...captureMagics,
    ...variableMagics(),
    ...historyMagics,
    ...sourceMagics(() => registry),
    ...codeMagics,
    ...settingMagics(() => registry, addMagic),
    ...infoMagics(() => registry),
  ].map((magic) => [magic.name, magic]),
);

let told: ((magics: KnownMagic[]) => void) | undefined;

/** `tell` gets all magics now, and again whenever there is a new one. */
export function onMagics(tell: NonNullable<typeof told>): void {
  told = tell;
  tell([...registry.values()].map(({ name, usage, help }) => ({ name, usage, help })));
}

export function addMagic(magic: Magic): void {
  registry.set(magic.name, magic);
  if (told) onMagics(told);
}

export type MagicRequest = Omit<MagicCall, 'text'> & { name: string; parts: readonly unknown[] };

export function runMagic({ name, parts, ...call }: MagicRequest): unknown {
  return find(name).run({ ...call, text: fillIn(parts) });
}

export function runMagicSync({ name, parts, ...call }: MagicRequest): unknown {
  const magic = find(name);
  if (!magic.runSync)
    throw new UsageError(`${name} has to wait, which a function that is not async cannot; make it async`);
  return magic.runSync({ ...call, text: fillIn(parts) });
}

function find(name: string): Magic {
  const magic = registry.get(name);
  if (magic) return magic;
  const other = name.startsWith('%%') ? name.slice(1) : `%${name}`;
  if (registry.has(other)) throw new UsageError(`there is no ${name}, but ${registry.get(other)!.usage}`);
  const shared = (other: string) => [...name].findIndex((letter, i) => letter !== other[i]);
  const nearest = [...registry.keys()].sort(
    (a, b) => distance(name, a) - distance(name, b) || shared(b) - shared(a),
  )[0]!;
  const close = distance(name, nearest) <= Math.max(2, name.length / 3);
  throw new UsageError(`unknown magic ${name}; ${close ? `did you mean ${nearest}? ` : ''}%lsmagic lists all`);
}

/** Letters to insert, delete, change or swap. */
function distance(a: string, b: string): number {
  let rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = rows.at(-1)![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, rows.at(-1)![j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows.at(-2)![j - 2]! + 1);
      row.push(best);
    }
    rows = [...rows.slice(-1), row];
  }
  return rows.at(-1)!.at(-1)!;
}
