/** What a cell imports as 'typelab/kernel'. Each function works for the cell whose code calls it, also from a late callback. */
import { bundle } from './display/bundle.ts';
import { addMagic } from './magics/registry.ts';
import { currentCell } from './runtime/current.ts';
import { type ShowOptions, show } from './runtime/show.ts';

export { html, md, svg, tex } from './display/markup.ts';
export {
  type Comm,
  type CommEvent,
  type CommTarget,
  openComm,
  registerCommTarget,
  unregisterCommTarget,
} from './runtime/comms.ts';
export { type Progress, type ProgressOptions, progress, startProgress } from './runtime/progress.ts';
export { button, checkbox, dropdown, type SliderOptions, slider, textField, type Widget } from './runtime/widgets.ts';

export type MagicFunction = (line: string, body?: string) => unknown;

/**
 * Shows a value, as the cell's last value is shown. Resolves when it is shown, which is at once unless its own
 * `Symbol.for('Jupyter.display')` takes its time; the cell waits for that.
 * @param options `raw`: the value is an object of MIME types, or `{ data, metadata }`; bytes travel as base64. `id`: a name by which updateDisplay can replace it.
 * @throws TypeError where raw output is no such object, or holds under a JSON type what JSON cannot say
 * @example display({ 'text/html': '<b>hello</b>' }, { raw: true })
 */
export function display(value: unknown, options: ShowOptions = {}): Promise<void> {
  return show(value, options);
}

/**
 * Replaces what display showed under the same `id`, wherever it stands; nothing is shown where there is no such.
 * @example display('half', { id: 'state' }); updateDisplay('done', { id: 'state' })
 */
export function updateDisplay(value: unknown, options: ShowOptions & { id: string }): Promise<void> {
  return show(value, options, true);
}

/**
 * Empties the cell's output; `wait` keeps it until there is something new, so that nothing flickers.
 * @example for (const n of [3, 2, 1]) { clearOutput({ wait: true }); console.log(n) }
 */
export function clearOutput({ wait = false }: { wait?: boolean } = {}): void {
  currentCell()?.emit({ kind: 'clear', wait });
}

/**
 * Asks the user for a line of text; an interrupt ends the question and the cell.
 * @throws StdinNotImplementedError where nobody can answer, e.g. in a headless run; Error when the cell that asks has ended
 * @example const name = await input('Who? ')
 */
export async function input(prompt = '', { password = false }: { password?: boolean } = {}): Promise<string> {
  const cell = currentCell();
  if (!cell) throw new Error('input() works in a notebook only');
  return cell.ask(prompt, password);
}

/** Puts text into the next cell when this one has ended; `replace`: into this one, instead of what is there. */
export function setNextInput(text: string, { replace = false }: { replace?: boolean } = {}): void {
  currentCell()?.payload({ source: 'set_next_input', text: String(text), replace });
}

/** Shows a value in the front end's pager, beside the notebook; a terminal prints it. @param start the first line to show */
export async function page(value: unknown, { start = 0 }: { start?: number } = {}): Promise<void> {
  const cell = currentCell();
  const shown = await bundle(value);
  const data = typeof value === 'string' ? { ...shown.data, 'text/plain': value } : shown.data;
  cell?.payload({ source: 'page', data, start });
}

/**
 * Adds a magic: `%name text` calls it with the line, `%%name text` also with the rest of the cell. What it returns is the value.
 * @example registerMagic('shout', (line) => line.toUpperCase())
 */
export function registerMagic(name: string, run: MagicFunction, help = 'Added by registerMagic.'): void {
  const bare = name.replace(/^%+/, '');
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(bare))
    throw new TypeError(`a magic's name is like an identifier's, not '${name}'`);
  const line = `%${bare}`;
  const one = { help, run: ({ text, body }: { text: string; body?: string | undefined }) => run(text.trim(), body) };
  addMagic({ ...one, name: line, usage: `${line} …`, runSync: one.run });
  addMagic({ ...one, name: `%${line}`, usage: `%${line} …` });
}
