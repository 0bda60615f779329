/** History on disk: a file a session, so that kernels that run at once never write to the same one. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, HistoryStore } from './history.ts';

/** What a front end could ask back; older sessions' files are removed. */
const SESSIONS = 500;
const ENTRIES = 10_000;
/** The beginning of a result is enough to know it by. */
const OUTPUT = 10_000;

/**
 * @param folder made when the first cell is kept
 * @param log told once when the folder cannot be used: history then lives as long as the kernel
 */
export function openHistoryStore(folder: string, log: (line: string) => void): HistoryStore {
  let session: number | undefined;
  let failed = false;

  /** Runs what touches the disk; nothing of it is worth a failing cell. */
  function safely<T>(work: () => T, otherwise: T): T {
    if (failed) return otherwise;
    try {
      return work();
    } catch (error) {
      failed = true;
      log(`history is not kept: ${(error as Error).message}`);
      return otherwise;
    }
  }

  function append(record: object): void {
    safely(() => appendFileSync(fileOf(folder, store.session()), `${JSON.stringify(record)}\n`), undefined);
  }

  const store: HistoryStore = {
    session() {
      session ??= safely(() => claim(folder), 1);
      return session;
    },
    earlier: () => safely(() => read(folder, store.session()), []),
    input: (line, input) => append({ line, input }),
    output: (line, output) => append({ line, output: output.slice(0, OUTPUT) }),
  };
  return store;
}

/** The next number that no other kernel has; its file is the claim. */
function claim(folder: string): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const numbers = sessionsIn(folder);
  for (const old of numbers.slice(0, -SESSIONS)) rmSync(fileOf(folder, old), { force: true });
  for (let number = (numbers.at(-1) ?? 0) + 1; ; number++) {
    try {
      writeFileSync(fileOf(folder, number), '', { flag: 'wx', mode: 0o600 });
      return number;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** The entries of sessions before `current`, oldest first. */
function read(folder: string, current: number): Entry[] {
  const sessions: Entry[][] = [];
  let count = 0;
  for (const session of sessionsIn(folder).reverse()) {
    if (session >= current) continue;
    const entries = parse(readFileSync(fileOf(folder, session), 'utf8'), session);
    sessions.unshift(entries);
    count += entries.length;
    if (count >= ENTRIES) break;
  }
  return sessions.flat().slice(-ENTRIES);
}

function parse(text: string, session: number): Entry[] {
  const entries = new Map<number, Entry>();
  for (const row of text.split('\n')) {
    const record = parseRow(row);
    if (typeof record?.input === 'string')
      entries.set(record.line, { session, line: record.line, input: record.input });
    else if (typeof record?.output === 'string')
      Object.assign(entries.get(record.line) ?? {}, { output: record.output });
  }
  return [...entries.values()];
}

function parseRow(row: string): { line: number; input?: unknown; output?: unknown } | undefined {
  try {
    const record = JSON.parse(row);
    return Number.isInteger(record?.line) ? record : undefined;
  } catch {
    return undefined; // The last row of a kernel that was killed may be cut.
  }
}

function sessionsIn(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => /^(\d+)\.jsonl$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function fileOf(folder: string, session: number): string {
  return join(folder, `${String(session).padStart(6, '0')}.jsonl`);
}
