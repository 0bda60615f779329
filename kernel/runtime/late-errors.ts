import { plain } from '../display/error.ts';
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
  refuseExit();
}

function tell(thrown: unknown, how: string): void {
  if (isInterrupt(thrown)) return;
  const event = tracer!.explain(thrown);
  // The stack knows best; a rejection without one belongs to the code that was running.
  const id = tracer!.cellOf(thrown) ?? currentCell()?.id;
  if (id === undefined) process.stderr.write(`${how}: ${event.evalue}\n`);
  else writeTo!(id, `${how} ${plain(event.traceback.slice(2))}\n`);
}

/** A script's last line would end the session and everything in it. */
function refuseExit(): void {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    if (!cellOfThisCode()) return exit(code);
    const error = new Error(
      `process.exit(${code ?? ''}) would end the session; the cell ends instead. To start afresh, restart the kernel`,
    );
    error.name = 'ExitRefused';
    throw error;
  };
}
