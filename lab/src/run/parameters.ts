import { randomBytes } from 'node:crypto';
import { type Cell, type Notebook, NotebookError } from './notebook.ts';

export type Parameters = Record<string, unknown>;

/** `name=value` as papermill reads `-p`: JSON where it is JSON, else the text itself. @throws NotebookError */
export function parseParameter(text: string): [name: string, value: unknown] {
  const [, name, value] = /^([A-Za-z_$][\w$]*)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new NotebookError(`--param ${text}: should be NAME=VALUE, with a TypeScript name`);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

/**
 * Puts the values into a cell tagged `injected-parameters` after the one tagged `parameters`, where papermill puts it;
 * an earlier injected cell is replaced. Without either it comes first.
 */
export function injectParameters(notebook: Notebook, parameters: Parameters): void {
  if (Object.keys(parameters).length === 0) return;
  const tagged = (tag: string) => notebook.cells.findIndex((cell) => cell.metadata.tags?.includes(tag));
  const cell: Cell = {
    cell_type: 'code',
    id: randomBytes(4).toString('hex'),
    metadata: { tags: ['injected-parameters'] },
    source: toSource(parameters),
    outputs: [],
    execution_count: null,
  };
  const earlier = tagged('injected-parameters');
  if (earlier >= 0) notebook.cells.splice(earlier, 1, { ...cell, id: notebook.cells[earlier]!.id ?? cell.id });
  else notebook.cells.splice(tagged('parameters') + 1, 0, cell);
}

function toSource(parameters: Parameters): string {
  const lines = Object.entries(parameters).map(([name, value]) => {
    if (!/^[A-Za-z_$][\w$]*$/.test(name))
      throw new NotebookError(`parameter ${JSON.stringify(name)}: is no TypeScript name`);
    // `let` of a literal widens, so that the cells below may compare and assign.
    return `let ${name}${Array.isArray(value) && value.length === 0 ? ': unknown[]' : ''} = ${literal(value)};`;
  });
  return ['// Parameters', ...lines].join('\n');
}

function literal(value: unknown): string {
  // A `__proto__` in an object literal would set the prototype; JSON has it as a property like any other.
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key === '__proto__' ? '["__proto__"]' : JSON.stringify(key)}: ${literal(one)}`)
      .join(', ')} }`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  return JSON.stringify(value);
}
