import type { CompiledCell } from '../cell/compile.ts';
import { createJobs } from '../magics/background.ts';
import type { MagicHost } from '../magics/magic.ts';
import { typecheckAtStart } from '../typecheck.ts';

/** A variable: the code that mentions it holds its box, so that it lives for as long as the session or that code does. */
export type Box = { value: unknown };

export type SessionState = MagicHost & {
  /** `$.scope` of a cell that is about to run. The names it declares have new boxes; the ones they had are left to code that holds them. */
  scopeOf(cell: Pick<CompiledCell, 'number' | 'slots' | 'keys' | 'starts'>): Record<string, Box>;
  /** A cell ran: `In`, `_i`. */
  input(number: number, source: string): void;
  /** It had a value: `_`, `__`, `___`, `_3`, `Out[3]`. */
  output(number: number, value: unknown): void;
};

/** As in IPython: the values of so many cells are kept under their numbers; older ones may be collected. */
const remembered = 1000;

/** What outlives a cell: the variables, and IPython's names for what was typed and shown. */
export function createState(
  folder: string,
  link: Pick<MagicHost, 'current' | 'runCode' | 'declaration' | 'source' | 'change'>,
  inJavaScript = false,
): SessionState {
  const boxes = new Map<string, Box>();
  const variables: MagicHost['variables'] = new Map();
  const In: string[] = [''];
  const Out: Record<number, unknown> = {};
  const put = (key: string, value: unknown): void => {
    boxOf(key).value = value;
  };
  const putAll = (values: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(values)) put(key, value);
  };
  putAll({ In, Out, _ih: In, _oh: Out, _i: '', _ii: '', _iii: '', _exit_code: 0 });

  function boxOf(key: string): Box {
    const box = boxes.get(key) ?? { value: undefined };
    boxes.set(key, box);
    return box;
  }

  function valueAt([key, ...members]: readonly string[]): unknown {
    return members.reduce<unknown>(
      (owner, member) => (owner as Record<string, unknown> | undefined)?.[member],
      boxes.get(key!)?.value,
    );
  }

  /** An import's value is a member of its module, which is not there yet. */
  function start([key, member]: string[], value: unknown): void {
    put(key!, member === undefined ? value : { ...(boxOf(key!).value as object), [member]: value });
  }

  /** Also for code that holds it. */
  function forget(key: string): void {
    put(key, undefined);
    boxes.delete(key);
  }

  return {
    folder,
    scopeOf: ({ number, slots, keys, starts }) => {
      // By the session, not by the cell's code: that would hold the old values, and those their cells, one after the other.
      for (const { to, from } of starts) start(to, valueAt(from));
      const before = Object.keys(slots).flatMap((name) => variables.get(name)?.path[0] ?? []);
      for (const [name, path] of Object.entries(slots)) variables.set(name, { cell: number, path });
      const named = new Set([...variables.values()].map(({ path }) => path[0]));
      for (const key of before) if (!named.has(key)) boxes.delete(key);
      return Object.fromEntries(keys.map((key) => [key, boxOf(key)]));
    },
    variables,
    inputs: In,
    jobs: createJobs(),
    settings: {
      shellErrors: true,
      typecheck: typecheckAtStart(inJavaScript),
      previousFolder: undefined,
      visited: [],
      pushed: [],
    },
    ...link,
    forgetTyped: () => In.splice(1),
    forgetShown: () => {
      for (const number of Object.keys(Out)) delete Out[Number(number)];
      for (const key of boxes.keys()) if (/^_(?:\d+|_{0,2})$/.test(key)) forget(key);
    },
    reset: () => {
      for (const { path } of variables.values()) forget(path[0]!);
      variables.clear();
      link.change({ forget: true });
    },
    lookup: (name) => {
      const path = variables.get(name)?.path;
      if (path) return valueAt(path);
      const box = boxes.get(name);
      return box ? box.value : (globalThis as Record<string, unknown>)[name];
    },
    assign: ([key, ...rest], value) => {
      if (rest.length === 0) return put(key!, value);
      const owner = valueAt([key!, ...rest.slice(0, -1)]) as Record<string, unknown>;
      owner[rest.at(-1)!] = value;
    },
    input: (number, source) => {
      In[number] = source;
      const at = (back: number): string => In[number - back] ?? '';
      putAll({ _i: at(1), _ii: at(2), _iii: at(3), [`_i${number}`]: source });
      boxes.delete(`_i${number - remembered}`);
      boxes.delete(`_${number - remembered}`);
      delete Out[number - remembered];
    },
    output: (number, value) => {
      if (value === Out) return;
      Out[number] = value;
      putAll({ ___: boxes.get('__')?.value, __: boxes.get('_')?.value, _: value, [`_${number}`]: value });
    },
  };
}
