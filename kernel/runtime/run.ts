import vm from 'node:vm';
import type { Answer, FromRuntime, RunOutcome, ToRuntime } from '../border.ts';
import type { CompiledCell } from '../cell/compile.ts';
import { bundle } from '../display/bundle.ts';
import { putLaunchersOnPath } from '../magics/child-env.ts';
import { onMagics } from '../magics/registry.ts';
import { gate, undivided } from '../magics/undivided.ts';
import { routeChildren } from './child-output.ts';
import { connectComms } from './comms.ts';
import { createCompilerLink } from './compiler-link.ts';
import { endGroups, routeConsole } from './console.ts';
import { type CellContext, createContext } from './context.ts';
import { type Cell, createCell, currentCell, forget, inCell } from './current.ts';
import { routeDescriptors } from './descriptors.ts';
import { createInterrupts, Interrupted } from './interrupt.ts';
import { installKeyboard } from './keyboard.ts';
import { tellLateErrors } from './late-errors.ts';
import { createModules } from './modules.ts';
import { createOutput } from './output.ts';
import { createState } from './session-state.ts';
import { installOutputHook } from './show.ts';
import { createStdin } from './stdin.ts';
import { stopTimersOfInterrupted } from './timers.ts';
import { createTracer, type ErrorEvent } from './traceback.ts';

/** A MIME bundle, as in Jupyter's display_data. */
export type Bundle = { data: Record<string, unknown>; metadata: Record<string, unknown> };

/** What a running cell tells the front end. Plain data: it crosses from the main thread to the worker. */
export type CellEvent =
  | { kind: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | ({ kind: 'display'; displayId?: string } & Bundle)
  | ({ kind: 'update'; displayId: string } & Bundle)
  | ({ kind: 'result' } & Bundle)
  | { kind: 'error'; ename: string; evalue: string; traceback: string[] }
  | { kind: 'clear'; wait: boolean };

export type Runtime = {
  /** One cell. Never rejects. It resolves when the cell has ended, or at once when it is interrupted. */
  run(message: Extract<ToRuntime, { kind: 'run' }>): Promise<RunOutcome>;
  interrupt(): void;
  /** As runtime/output.ts says. */
  held: Int32Array;
  /** As magics/undivided.ts says. */
  gate: Int32Array;
  /** The answer to an `input` message. */
  input(id: string, value: string): void;
  /** Resolves when the listeners of that comm have dealt with it. */
  comm(message: Extract<ToRuntime, { kind: 'comm' }>): Promise<void>;
  /** What a magic asked of the compiler. */
  answer(question: number, answer: Answer): void;
  /** Ends background jobs and running commands. */
  close(): Promise<void>;
};

type Ended =
  | ErrorEvent
  | { status: 'ok'; userExpressions: Record<string, unknown>; payload: Record<string, unknown>[] };
type Body = (context: CellContext) => Promise<Value | undefined>;
type Value = { value: unknown; asItIs?: boolean };

export type RuntimeOptions = {
  folder: string;
  emit: (message: FromRuntime) => void;
  /** Handles one message that waits for this thread while a cell blocks it; false when there is none. */
  pump?: () => boolean;
  inJavaScript?: boolean;
};

/** The main thread's half of the kernel: it runs compiled cells in this process. */
export function createRuntime({ folder, emit, pump, inJavaScript = false }: RuntimeOptions): Runtime {
  const output = createOutput((id, event) => emit({ kind: 'event', id, event }));
  const tracer = createTracer(folder);
  const modules = createModules(folder);
  const interrupts = createInterrupts();
  const stdin = createStdin(({ id, prompt, password }) => emit({ kind: 'input', id, prompt, password }), pump);
  const comm = connectComms((message) => {
    output.flush();
    emit(message);
  });
  const compiler = createCompilerLink(emit);
  const link = {
    current: currentCell,
    change: compiler.change,
    declaration: compiler.declaration,
    source: compiler.source,
    runCode: async (source: string) => {
      const cell = currentCell();
      if (!cell) throw new Error('code runs in a cell only');
      const ended = await evaluate(await compiler.compile(source, cell.number), cell);
      return ended?.value;
    },
  };
  const state = createState(folder, link, inJavaScript);
  let last: Cell | undefined;
  onMagics((magics) => compiler.change({ magics }));
  putLaunchersOnPath();
  // V8 keeps ten frames: too few to reach the cell behind a library, or behind a recursion that overflowed.
  Error.stackTraceLimit = Infinity;
  routeConsole();
  routeDescriptors();
  routeChildren();
  stopTimersOfInterrupted();
  installOutputHook();
  // For the other thread, which can call a function here while a loop runs.
  (globalThis as Record<symbol, unknown>)[Symbol.for('typelab.flush')] = output.flush;
  tellLateErrors(tracer, (id, text) => output.write(id, 'stderr', text));

  async function execute(
    message: Extract<ToRuntime, { kind: 'run' }>,
    cell: Cell,
    pending: Set<Promise<unknown>>,
    payload: Record<string, unknown>[],
  ): Promise<Ended> {
    try {
      if (!message.silent) state.input(message.cell.number, message.cell.source);
      const ended = await evaluate(message.cell, cell);
      if (ended && !message.silent) await showResult(ended, cell);
      await Promise.all(pending);
      const userExpressions = await evaluateAll(message.userExpressions, cell);
      return { status: 'ok', userExpressions, payload };
    } catch (thrown) {
      return tracer.explain(thrown);
    }
  }

  async function evaluate(compiled: CompiledCell, cell: Cell): Promise<Value | undefined> {
    tracer.know(compiled, cell.id);
    const script = new vm.Script(compiled.code, {
      filename: compiled.file,
      // For eval and new Function in a cell; the cell's own import() is $.import.
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    if (compiled.warning) cell.write('stderr', `${compiled.warning}\n`);
    const scope = state.scopeOf(compiled);
    return (script.runInThisContext() as Body)(createContext({ compiled, cell, host: state, scope, modules }));
  }

  async function showResult({ value, asItIs }: Value, cell: Cell): Promise<void> {
    const settled: unknown = asItIs ? value : await value;
    if (settled === undefined || cell.signal.aborted) return;
    const shown = await bundle(settled);
    if (cell.signal.aborted) return;
    state.output(cell.number, settled);
    cell.emit({ kind: 'result', ...shown });
  }

  async function evaluateAll(expressions: Record<string, CompiledCell>, cell: Cell): Promise<Record<string, unknown>> {
    const results: Record<string, unknown> = {};
    for (const [name, compiled] of Object.entries(expressions)) {
      try {
        const ended = await evaluate(compiled, cell);
        results[name] = { status: 'ok', ...(await bundle(await ended?.value)) };
      } catch (thrown) {
        const { kind: _, ...error } = tracer.explain(thrown);
        results[name] = { status: 'error', ...error };
      }
    }
    return results;
  }

  return {
    run: (message) => {
      const { id, cell: compiled } = message;
      installKeyboard();
      const pending = new Set<Promise<unknown>>();
      const payload: Record<string, unknown>[] = [];
      let over = false;
      const asked = (prompt: string, password: boolean) => {
        // The session asks for the cell in progress only; a late question would wait for ever.
        if (over) throw new Error('the cell that asks has ended: only a running cell can ask the user for input');
        return { id, prompt, password, allowed: message.allowStdin };
      };
      const interruption = interrupts.open(id);
      const cell = createCell({
        id,
        number: compiled.number,
        signal: interruption.signal,
        output,
        readable: tracer.readable,
        waitFor: (work) => void pending.add(work),
        ask: async (prompt, password) => stdin.ask(asked(prompt, password)),
        askNow: (prompt) => stdin.askNow(asked(prompt, false), interruption.signal),
        payload: (entry) => addPayload(payload, entry),
      });
      last = cell;
      return new Promise((resolve) => {
        // Once only: an interrupted cell may still throw, and a front end wants exactly one error.
        const settle = (outcome: Ended): void => {
          if (!interrupts.close(id)) return;
          over = true;
          stdin.cancel(id);
          if ('kind' in outcome) cell.emit(outcome);
          output.flush();
          resolve('kind' in outcome ? asOutcome(outcome) : outcome);
        };
        interruption.onInterrupt(() => settle(tracer.explain(new Interrupted())));
        // Not in this call: a loop that the worker terminates takes its callers with it, and they wait for this promise.
        setImmediate(() =>
          inCell(cell, () => {
            endGroups();
            execute(message, cell, pending, payload).then(settle);
          }),
        );
      });
    },
    // A signal is aborted once: listeners that a termination kept from running, e.g. those that end commands, would never run.
    interrupt: () => undivided(() => interrupts.interrupt()),
    held: output.held,
    gate,
    input: (id, value) => stdin.answer(id, value),
    answer: compiler.answer,
    comm,
    close: async () => {
      interrupts.interrupt();
      await state.jobs.close();
      output.flush();
      forget(last);
    },
  };
}

function asOutcome({ ename, evalue, traceback }: ErrorEvent): RunOutcome {
  return { status: 'error', ename, evalue, traceback };
}

/** One text for the next cell: the last, as in IPython. A front end takes the first of several, or inserts them all. */
function addPayload(payload: Record<string, unknown>[], entry: Record<string, unknown>): void {
  const before = payload.findIndex(({ source }) => source === entry.source && source === 'set_next_input');
  if (before >= 0) payload.splice(before, 1);
  payload.push(entry);
}
