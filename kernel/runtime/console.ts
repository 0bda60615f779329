import { Console } from 'node:console';
import { StringDecoder } from 'node:string_decoder';
import { cellOfThisCode, currentCell } from './current.ts';
import { interruptHere } from './interrupt.ts';

type Name = 'stdout' | 'stderr';

let installed = false;
const real = {} as Record<Name, typeof process.stdout.write>;

/** console.* and process.stdout/stderr.write, from here on, belong to the cell whose code calls them. */
export function routeConsole(): void {
  if (installed) return;
  installed = true;
  for (const name of ['stdout', 'stderr'] as const) {
    real[name] = process[name].write.bind(process[name]);
    process[name].write = writer(name);
  }
  // Node's own console asks the real stream whether it has colours, and adds an error listener for each line it prints.
  const ours = new Console({
    stdout: { write: (text: string) => write('stdout', text) } as NodeJS.WriteStream,
    stderr: { write: (text: string) => write('stderr', text) } as NodeJS.WriteStream,
    colorMode: false,
    ignoreErrors: false,
  });
  for (const method of methods) console[method] = ours[method] as never;
  console.clear = () => currentCell()?.emit({ kind: 'clear', wait: false });
  quietWarnings();
}

/** A cell that failed inside console.group must not indent the next one's output. */
export function endGroups(): void {
  for (let depth = 0; depth < 20; depth += 1) console.groupEnd();
}

const methods = [
  'log',
  'info',
  'debug',
  'warn',
  'error',
  'trace',
  'dir',
  'dirxml',
  'table',
  'assert',
  'count',
  'countReset',
  'group',
  'groupCollapsed',
  'groupEnd',
  'time',
  'timeEnd',
  'timeLog',
] as const;

function write(name: Name, text: string): boolean {
  const cell = currentCell();
  // Before the first cell there is nobody to show it to but the log of whoever started the kernel.
  if (!cell) return real[name](text);
  // tfjs recommends tfjs-node in each session; graders take anything on stderr for a failure (nbgrader).
  if (text.includes('you are running TensorFlow.js in Node.js')) return true;
  // An interrupted loop that still prints ends here, with its catch and finally.
  interruptHere(cellOfThisCode());
  cell.write(name, text);
  return true;
}

function writer(name: Name): typeof process.stdout.write {
  const decoder = new StringDecoder('utf8');
  return (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
    if (!currentCell()) return real[name](chunk as string, encoding as BufferEncoding, callback as () => void);
    const done = typeof encoding === 'function' ? encoding : callback;
    write(name, typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
    if (typeof done === 'function') process.nextTick(done as () => void);
    return true;
  };
}

/** Node writes its warnings to descriptor 2; a student should see his own, not those about the features we use. */
function quietWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' || warning.name === 'DeprecationWarning') return;
    write('stderr', `${warning.name}: ${warning.message}\n`);
  });
}
