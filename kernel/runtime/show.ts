import { bundle, toBundle, withText } from '../display/bundle.ts';
import { currentCell } from './current.ts';
import type { Bundle, CellEvent } from './run.ts';

export type ShowOptions = {
  /** The value is a MIME bundle already, e.g. `{ 'text/html': '<b>x</b>' }`. */
  raw?: boolean;
  /** A name for this output, under which updateDisplay finds it. */
  id?: string;
};

/** Shows a value in the cell whose code asks; at once, unless the value itself takes its time. */
export function show(value: unknown, { raw = false, id }: ShowOptions, update = false): Promise<void> {
  const cell = currentCell();
  if (id !== undefined && typeof id !== 'string') throw new TypeError(`an id is a string, not ${typeof id}`);
  const emit = (shown: Bundle): void => {
    // Outside a notebook there is still a terminal.
    if (!cell) console.log(shown.data['text/plain'] ?? Object.keys(shown.data).join(', '));
    else cell.emit(event(shown, id, update));
  };
  const found = raw ? rawBundle(value) : bundle(value);
  if (!(found instanceof Promise)) {
    emit(found);
    return Promise.resolve();
  }
  const work = found.then(emit);
  cell?.waitFor(work);
  return work;
}

/** The hook by which the library, which knows no kernel, shows its progress and figures. */
export function installOutputHook(): void {
  (globalThis as Record<symbol, unknown>)[Symbol.for('typelab.output')] = (
    shown: unknown,
    { id, update = false }: { id?: string; update?: boolean } = {},
  ): void => {
    currentCell()?.emit(event(rawBundle(shown), id, update));
  };
}

function event(shown: Bundle, displayId: string | undefined, update: boolean): CellEvent {
  if (update && displayId !== undefined) return { kind: 'update', displayId, ...shown };
  return { kind: 'display', ...shown, ...(displayId === undefined ? {} : { displayId }) };
}

function rawBundle(value: unknown): Bundle {
  const shown = toBundle(value);
  if (!shown) throw new TypeError("raw output is an object of MIME types, e.g. { 'text/html': '<b>x</b>' }");
  return withText(shown);
}
