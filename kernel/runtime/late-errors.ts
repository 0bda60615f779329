import { constants } from 'node:os';
import { cellOfThisCode, currentCell } from './current.ts';
import { isInterrupt } from './interrupt.ts';
import type { Tracer } from './traceback.ts';

let tracer: Tracer | undefined;
let writeTo: ((id: string, text: string) => void) | undefined;
let installed = false;

/** What goes wrong after its cell has ended is told there, and the session goes on: Node would end. */
export function tellLateErrors(current: Tracer, write: (id: string, text: string) => void): void {
  tracer = current;
  writeTo = write;
  if (installed) return;
  installed = true;
  process.on('unhandledRejection', (reason) => tell(reason, 'Unhandled rejection'));
  process.on('uncaughtException', (error) => tell(error, 'Uncaught'));
  refuseEnd('exit');
  refuseEnd('abort');
  refuseEnd('reallyExit');
  refuseKill();
}

function tell(thrown: unknown, how: string): void {
  if (isInterrupt(thrown)) return;
  // The cell that started the code, which may be a function of an earlier one; where Node does not say, the stack may.
  const running = cellOfThisCode();
  const cell = running ?? tracer!.cellOf(thrown) ?? currentCell();
  const text = tracer!.late(thrown, cell ? `${how} in Cell In[${cell.number}]` : how);
  if (cell) writeTo!(cell.id, text);
  else process.stderr.write(text);
}

/** A script's last line would end the session and everything in it. */
function refuseEnd(name: 'exit' | 'abort' | 'reallyExit'): void {
  const ends = process as unknown as Record<string, (code?: unknown) => never>;
  const end = ends[name]!.bind(process);
  ends[name] = (code) => {
    if (!cellOfThisCode()) return end(code);
    throw refusal(`process.${name}(${code ?? ''})`);
  };
}

/** A signal that the user's code listens to is its own affair, and SIGINT interrupts. */
function refuseKill(): void {
  const kill = process.kill.bind(process);
  process.kill = (pid, signal = 'SIGTERM') => {
    const deadly = signal !== 0 && signal !== 'SIGINT' && signal !== constants.signals.SIGINT;
    const name = Object.entries(constants.signals).find(([key, number]) => signal === key || signal === number)?.[0];
    const isHeard = name !== 'SIGTERM' && process.listenerCount(name ?? '') > 0;
    if (cellOfThisCode() && pid === process.pid && deadly && !isHeard)
      throw refusal(`process.kill(process.pid, ${JSON.stringify(signal)})`);
    return kill(pid, signal);
  };
}

function refusal(call: string): Error {
  const error = new Error(`${call} would end the session; the cell ends instead. To start afresh, restart the kernel`);
  error.name = 'ExitRefused';
  return error;
}
