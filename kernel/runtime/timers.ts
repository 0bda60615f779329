import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { cellOfThisCode } from './current.ts';
import { interruptWasTold } from './interrupt.ts';

let installed = false;

/**
 * An await cannot be taken back, but what it waits for can: timers of an interrupted cell do not fire, so a training loop
 * or `while (true) { await sleep(100) }` ends there and does not go on behind the next cell.
 * The kernel's own code, which may run on behalf of such a cell, takes its timers from node:timers, which stays as it is.
 */
export function stopTimersOfInterrupted(): void {
  if (installed) return;
  installed = true;
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) guard(name);
  for (const name of ['setTimeout', 'setImmediate'] as const) guardPromise(name);
  syncBuiltinESMExports();
}

type Callback = (this: unknown, ...args: unknown[]) => void;
type Start = (callback: Callback, ...rest: unknown[]) => unknown;

function guard(name: 'setTimeout' | 'setInterval' | 'setImmediate'): void {
  const original = globalThis[name] as unknown as Start;
  const guarded: Start = (callback, ...rest) => {
    const cell = cellOfThisCode();
    if (!cell || typeof callback !== 'function') return original(callback, ...rest);
    return original(
      function (...args) {
        if (!cell.signal.aborted) callback.apply(this, args);
      },
      ...rest,
    );
  };
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
  (globalThis as Record<string, unknown>)[name] = guarded;
}

type Options = { signal?: AbortSignal; ref?: boolean };

/** A promise can be rejected, so that the cell's catch and finally run. util.promisify(setTimeout) looks here too. */
function guardPromise(name: 'setTimeout' | 'setImmediate'): void {
  const original = timersPromises[name] as (...args: unknown[]) => Promise<unknown>;
  const place = name === 'setTimeout' ? 2 : 1;
  const guarded = (...args: unknown[]): Promise<unknown> => {
    const cell = cellOfThisCode();
    if (!cell) return original(...args);
    const options = (args[place] ?? {}) as Options;
    const signal = options.signal ? AbortSignal.any([cell.signal, options.signal]) : cell.signal;
    const waiting = original(...Array.from({ length: place }, (_, i) => args[i]), { ...options, signal });
    return waiting.catch((error: unknown) => {
      if (cell.signal.aborted) interruptWasTold(cell);
      throw error;
    });
  };
  (timersPromises as Record<string, unknown>)[name] = guarded;
}
