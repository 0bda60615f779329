/** What was executed: tail, range and search, as history_request asks. */
import type { Content } from '../wire/protocol.ts';

export type Entry = {
  session: number;
  /** The execution count. */
  line: number;
  input: string;
  output?: string;
};

export type History = {
  add(line: number, input: string): void;
  /** The `text/plain` of a cell's result. */
  addOutput(line: number, output: string): void;
  /** @returns `[session, line, input]`, or `[session, line, [input, output]]` where the output is asked for. */
  query(request: Content): [number, number, string | [string, string | null]][];
};

/** Where history outlives the kernel. */
export type HistoryStore = {
  /** This session's number. */
  session(): number;
  /** Entries of earlier sessions, oldest first; asked for once. */
  earlier(): Entry[];
  input(line: number, input: string): void;
  output(line: number, output: string): void;
};

const NOWHERE: HistoryStore = { session: () => 1, earlier: () => [], input: () => {}, output: () => {} };

export function createHistory(store: HistoryStore = NOWHERE): History {
  const entries: Entry[] = [];
  let earlier: Entry[] | undefined;
  return {
    add(line, input) {
      entries.push({ session: store.session(), line, input });
      store.input(line, input);
    },
    addOutput(line, output) {
      const entry = entries.findLast((one) => one.line === line);
      if (!entry) return;
      entry.output = output;
      store.output(line, output);
    },
    query(request) {
      earlier ??= store.earlier();
      const found = select([...earlier, ...entries], store.session(), request);
      return found.map(({ session, line, input, output }) => [
        session,
        line,
        request.output ? [input, output ?? null] : input,
      ]);
    },
  };
}

function select(entries: Entry[], current: number, request: Content): Entry[] {
  const count = Number.isInteger(request.n) ? (request.n as number) : undefined;
  switch (request.hist_access_type) {
    case 'range': {
      // 0 is this session, -1 the one before, as in IPython.
      const asked = Number(request.session ?? 0);
      const session = asked > 0 ? asked : current + asked;
      const end = (entries.findLast((entry) => entry.session === session)?.line ?? 0) + 1;
      const counted = (line: number) => (line < 0 ? end + line : line);
      const start = counted(Number(request.start ?? 1));
      // 0 is no end, as in IPython.
      const stop = counted(Number(request.stop || Number.POSITIVE_INFINITY));
      return entries.filter((entry) => entry.session === session && entry.line >= start && entry.line < stop);
    }
    case 'search': {
      const pattern = glob(String(request.pattern ?? '*'));
      const matching = entries.filter((entry) => pattern.test(entry.input));
      return last(request.unique ? unique(matching) : matching, count);
    }
    case 'tail':
    case undefined:
      return last(entries, count ?? 10);
    default:
      return [];
  }
}

/** SQLite's GLOB, which IPython searches with. */
function glob(pattern: string): RegExp {
  const source = pattern.replace(/\[(?:[^\]]*)\]|[\\^$.|+(){}[\]]|\*|\?/g, (part) => {
    if (part === '*') return '[^]*';
    if (part === '?') return '[^]';
    return part.length > 2 ? part.replace(/\\/g, '\\\\') : `\\${part}`;
  });
  return new RegExp(`^${source}$`, 'u');
}

/** The last of each input, in the order of those. */
function unique(entries: Entry[]): Entry[] {
  const latest = new Map(entries.map((entry) => [entry.input, entry]));
  return entries.filter((entry) => latest.get(entry.input) === entry);
}

function last(entries: Entry[], count: number | undefined): Entry[] {
  return count === undefined ? entries : entries.slice(Math.max(0, entries.length - count));
}
