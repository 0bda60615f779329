/**
 * What crosses the border between the worker (wire, session, cell) and the main thread (runtime, magics, display).
 * Plain data only: everything here survives structuredClone.
 */
import type { CompiledCell } from './cell/compile.ts';
import type { CellEvent } from './runtime/run.ts';
import type { Typecheck } from './typecheck.ts';

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
  /** From a front end; `request` is the msg_id that is told as handled. */
  | { kind: 'comm'; request: string; message: CommMessage }
  /** What a `question` asked. */
  | { kind: 'answer'; question: number; answer: Answer }
  | { kind: 'shutdown' };

export type FromRuntime =
  /**
   * `held`: its first number is not 0 while text waits there to be posted. `handled`: to it the worker adds what events have for
   * a `size`. `gate`: whether an interrupt may end what runs there.
   */
  | { kind: 'ready'; held: Int32Array; handled: Int32Array; gate: Int32Array }
  /** `long`: of the event's data, by MIME type, what is too long to be copied: its JSON. */
  | { kind: 'event'; id: string; event: CellEvent; long?: Record<string, Uint8Array>; size?: number }
  | { kind: 'input'; id: string; prompt: string; password: boolean }
  /** To the front ends; `parent` is the msg_id of the request whose code sends it. */
  | { kind: 'comm'; parent: string; message: CommMessage }
  | { kind: 'comm-handled'; request: string }
  | { kind: 'done'; id: string; outcome: RunOutcome }
  /** A magic asks the compiler. */
  | { kind: 'question'; question: number; ask: Question }
  | { kind: 'language'; change: LanguageChange }
  /** The main thread has read that interrupt: it is not stuck in a loop. */
  | { kind: 'interrupted'; attempt: number }
  /** SIGTERM came: the kernel has to end. */
  | { kind: 'terminate' }
  /** Child processes have ended; nothing more will come. */
  | { kind: 'closed' };

export type Question =
  /** `%run`: more code for the session, as if it were a cell. */
  | { kind: 'compile'; source: string; number: number }
  /** `%pdef`, `NAME?`. */
  | { kind: 'inspect'; source: string }
  /** `%psource`, `NAME??`. */
  | { kind: 'source'; name: string };

export type Answer =
  | { kind: 'compiled'; cell: CompiledCell }
  | { kind: 'inspected'; text: string | undefined }
  | { kind: 'failed'; ename: string; evalue: string; traceback: string[] };

export type KnownMagic = { name: string; usage: string; help: string };

/** What magics change about the language. */
export type LanguageChange = {
  /** `%typecheck off|warn|error` */
  check?: Typecheck;
  /** `%npm install`: modules that could not be found are looked for again. */
  refresh?: true;
  /** `%reset`: no name is known any more. */
  forget?: true;
  /** All magics, for completion and inspection. */
  magics?: KnownMagic[];
};

/** A comm_open, comm_msg or comm_close; `comm` is its comm_id. */
export type CommMessage = {
  comm: string;
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
} & ({ type: 'open'; target: string } | { type: 'msg' | 'close' });

export type RunOutcome =
  | {
      status: 'ok';
      userExpressions: Record<string, unknown>;
      /** For the front end: `{ source: 'page', data, start }` or `{ source: 'set_next_input', text, replace }`. */
      payload?: Record<string, unknown>[];
    }
  | { status: 'error'; ename: string; evalue: string; traceback: string[] };
