/**
 * What crosses the border between the worker (wire, session, cell) and the main thread (runtime, magics, display).
 * Plain data only: everything here survives structuredClone.
 */
import type { CompiledCell } from './cell/compile.ts';
import type { CellEvent } from './runtime/run.ts';

/** `id` is the msg_id of the execute_request whose output it is. */
export type ToRuntime =
  | {
      kind: 'run';
      id: string;
      cell: CompiledCell;
      silent: boolean;
      allowStdin: boolean;
      userExpressions: Record<string, CompiledCell>;
    }
  /** `id`: the run that is meant; another that began since is left alone. */
  | { kind: 'interrupt'; id: string; attempt: number }
  | { kind: 'input'; id: string; value: string }
  | { kind: 'shutdown' };

export type FromRuntime =
  | { kind: 'ready' }
  | { kind: 'event'; id: string; event: CellEvent }
  | { kind: 'input'; id: string; prompt: string; password: boolean }
  | { kind: 'done'; id: string; outcome: RunOutcome }
  /** The main thread has read that interrupt: it is not stuck in a loop. */
  | { kind: 'interrupted'; attempt: number }
  /** SIGTERM came: the kernel has to end. */
  | { kind: 'terminate' }
  /** Child processes have ended; nothing more will come. */
  | { kind: 'closed' };

export type RunOutcome =
  | {
      status: 'ok';
      userExpressions: Record<string, unknown>;
      /** For the front end: `{ source: 'page', data, start }` or `{ source: 'set_next_input', text, replace }`. */
      payload?: Record<string, unknown>[];
    }
  | { status: 'error'; ename: string; evalue: string; traceback: string[] };
