/** What the interrupted cell reports: Jupyter's front ends and IPython's users know it by this name. */
export class Interrupted extends Error {
  override name = 'KeyboardInterrupt';

  constructor() {
    super('Interrupted');
    // It came from outside: there is no place in the code to point at.
    this.stack = 'KeyboardInterrupt: Interrupted';
  }
}

const told = new WeakSet<AbortSignal>();

/** Throws in code of an interrupted cell, once: as in Python, a catch may go on. */
export function interruptHere(cell: { signal: AbortSignal } | undefined): void {
  if (!cell?.signal.aborted || told.has(cell.signal)) return;
  told.add(cell.signal);
  throw cell.signal.reason;
}

/** Its code has had an error to catch; its `finally` may print in peace. */
export function interruptWasTold({ signal }: { signal: AbortSignal }): void {
  told.add(signal);
}

/** An error that only says that its cell was interrupted, which the cell has said already. */
export function isInterrupt(thrown: unknown): boolean {
  try {
    return thrown instanceof Interrupted || (thrown instanceof Error && thrown.cause instanceof Interrupted);
  } catch {
    return false;
  }
}

export type Interrupts = {
  open(id: string): { signal: AbortSignal; onInterrupt(body: () => void): void };
  /** false when the cell was already closed: its outcome is known. */
  close(id: string): boolean;
  interrupt(): void;
};

/**
 * An interrupt settles the running cells from outside, because code that was terminated neither returns nor throws,
 * and a promise that never settles cannot be reached at all.
 */
export function createInterrupts(): Interrupts {
  const running = new Map<string, AbortController>();
  return {
    open: (id) => {
      const controller = new AbortController();
      running.set(id, controller);
      return {
        signal: controller.signal,
        onInterrupt: (body) => controller.signal.addEventListener('abort', body, { once: true }),
      };
    },
    close: (id) => running.delete(id),
    interrupt: () => {
      for (const controller of running.values()) controller.abort(new Interrupted());
    },
  };
}
