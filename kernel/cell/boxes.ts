import type { Slot } from './slots.ts';

/** Where the values of names are while a cell runs: in boxes on the notebook's scope, or in a member of what a box holds. */
export type Boxes = {
  /** The boxes that the cell's code mentions. */
  keys: Set<string>;
  /** What the transformer added, such as the variables of decorators, stays in the cell's function. */
  isHelper(name: string): boolean;
  /** The code that reads or writes a name; undefined where the name itself does. */
  of(name: string): string | undefined;
  at(path: readonly string[]): string;
  /** An import that the transformer added, such as JSX's. */
  add(name: string, path: string[]): void;
};

export type BoxesOptions = {
  /** The name of the runtime's object. */
  context: string;
  helpers: Set<string>;
  /** The slot of a name that no inner scope declares: the cell's own, else the session's. */
  slot(name: string): Slot | undefined;
};

export function createBoxes({ context, helpers, slot }: BoxesOptions): Boxes {
  const keys = new Set<string>();
  const added = new Map<string, string[]>();

  function at([key, ...members]: readonly string[]): string {
    keys.add(key!);
    return members.reduce((object, one) => object + member(one), `${context}.scope${member(key!)}.value`);
  }

  return {
    keys,
    isHelper: (name) => helpers.has(name),
    of(name) {
      if (helpers.has(name)) return undefined;
      const path = added.get(name) ?? slot(name)?.path;
      if (path) return at(path);
      if (slot(name)) return undefined;
      if (name === 'require' || name === 'module') return `${context}.${name}`;
      if (name === 'exports') return `${context}.module.exports`;
      if (name === '__filename' || name === '__dirname') return `${context}.meta.${name.slice(2)}`;
      return undefined;
    },
    at,
    add: (name, path) => void added.set(name, path),
  };
}

export const member = (key: string): string =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
