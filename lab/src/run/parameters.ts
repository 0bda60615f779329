import { isName } from './is-name.ts';
import { type Cell, isTagged, type Notebook, NotebookError, newId } from './notebook.ts';

export type Parameters = Record<string, unknown>;

/** `name=value` as papermill reads `-p`: JSON where it is JSON, else the text itself. @throws NotebookError */
export function parseParameter(text: string): [name: string, value: unknown] {
  const [, name, value] = /^([^=]*)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined || !isName(name))
    throw new NotebookError(`--param ${text}: should be NAME=VALUE, with a TypeScript name`);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

/**
 * Puts the values into a cell tagged `injected-parameters` after the one tagged `parameters`, where papermill puts it;
 * an earlier injected cell is replaced. Without either it comes first. @throws NotebookError
 */
export function injectParameters(notebook: Notebook, parameters: Parameters, language = 'typescript'): void {
  if (Object.keys(parameters).length === 0) return;
  const tagged = (tag: string) => notebook.cells.findIndex((cell) => isTagged(cell, tag));
  const cell: Cell = {
    cell_type: 'code',
    ...newId(notebook),
    metadata: { tags: ['injected-parameters'] },
    source: toSource(parameters, language),
    outputs: [],
    execution_count: null,
  };
  const earlier = tagged('injected-parameters');
  const id = notebook.cells[earlier]?.id;
  if (earlier >= 0) notebook.cells.splice(earlier, 1, { ...cell, ...(id !== undefined && { id }) });
  else notebook.cells.splice(tagged('parameters') + 1, 0, cell);
}

function toSource(parameters: Parameters, language: string): string {
  const typed = language === 'typescript';
  if (!typed && language !== 'javascript')
    throw new NotebookError(`parameters are written as TypeScript or JavaScript, and the notebook is in ${language}`);
  const lines = Object.entries(parameters).map(([name, value]) => {
    if (!isName(name)) throw new NotebookError(`parameter ${JSON.stringify(name)}: is no TypeScript name`);
    // `let` of a literal widens, so that the cells below may compare and assign.
    return `let ${name} = ${literal(value, typed)};`;
  });
  return ['// Parameters', ...lines].join('\n');
}

function literal(value: unknown, typed: boolean): string {
  // TypeScript would take it for a list that never has anything.
  if (typed && Array.isArray(value) && value.length === 0) return '[] as unknown[]';
  // A `__proto__` in an object literal would set the prototype; JSON has it as a property like any other.
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key === '__proto__' ? '["__proto__"]' : JSON.stringify(key)}: ${literal(one, typed)}`)
      .join(', ')} }`;
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, typed)).join(', ')}]`;
  return JSON.stringify(value);
}
