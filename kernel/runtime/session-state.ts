import { createJobs } from '../magics/background.ts';
import type { MagicHost } from '../magics/magic.ts';

export type SessionState = MagicHost & {
  /** A cell ran: `In`, `_i`. */
  input(number: number, source: string): void;
  /** It had a value: `_`, `__`, `___`, `_3`, `Out[3]`. */
  output(number: number, value: unknown): void;
};

/** As in IPython: the values of so many cells are kept under their numbers; older ones may be collected. */
const remembered = 1000;

/** What outlives a cell: the variables, and IPython's names for what was typed and shown. */
export function createState(folder: string, link: Pick<MagicHost, 'runCode' | 'declaration' | 'change'>): SessionState {
  const scope: Record<string, unknown> = Object.create(null);
  const variables: MagicHost['variables'] = new Map();
  const In: string[] = [''];
  const Out: Record<number, unknown> = {};
  Object.assign(scope, { In, Out, _ih: In, _oh: Out, _i: '', _ii: '', _iii: '', _exit_code: 0 });

  return {
    folder,
    scope,
    variables,
    inputs: In,
    jobs: createJobs(),
    settings: { shellErrors: true, typecheck: true, previousFolder: undefined },
    ...link,
    forgetTyped: () => In.splice(1),
    forgetShown: () => {
      for (const number of Object.keys(Out)) delete Out[Number(number)];
      for (const name of Object.keys(scope)) if (/^_(?:\d+|_{0,2})$/.test(name)) delete scope[name];
    },
    reset: () => {
      for (const { path } of variables.values()) delete scope[path[0]!];
      variables.clear();
      link.change({ forget: true });
    },
    lookup: (name) => {
      const path = variables.get(name)?.path;
      if (path) return read(scope, path);
      return name in scope ? scope[name] : (globalThis as Record<string, unknown>)[name];
    },
    assign: (path, value) => {
      const owner = read(scope, path.slice(0, -1)) as Record<string, unknown>;
      owner[path.at(-1)!] = value;
    },
    input: (number, source) => {
      In[number] = source;
      const at = (back: number): string => In[number - back] ?? '';
      Object.assign(scope, { _i: at(1), _ii: at(2), _iii: at(3), [`_i${number}`]: source });
      delete scope[`_i${number - remembered}`];
      delete scope[`_${number - remembered}`];
      delete Out[number - remembered];
    },
    output: (number, value) => {
      if (value === Out) return;
      Out[number] = value;
      Object.assign(scope, { ___: scope.__, __: scope._, _: value, [`_${number}`]: value });
    },
  };
}

function read(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((owner, key) => (owner as Record<string, unknown> | undefined)?.[key], from);
}
