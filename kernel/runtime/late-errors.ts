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
function refuseEnd(name: 'exit' | 'abort'): void {
  const end = process[name].bind(process) as (code?: unknown) => never;
  process[name] = (code?: unknown) => {
    if (!cellOfThisCode()) return end(code);
    const error = new Error(
      `process.${name}(${code ?? ''}) would end the session; the cell ends instead. To start afresh, restart the kernel`,
    );
    error.name = 'ExitRefused';
    throw error;
  };
}
