/**
 * What a script reads from its terminal with, in a cell: prompt, confirm and alert as in a browser or Deno, readline, and
 * process.stdin. Each becomes a question to the user. The kernel's own descriptor 0 is nobody's keyboard.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type * as Readline from 'node:readline';
import type { Readable as Stream } from 'node:stream';
import { type Cell, cellOfThisCode, currentCell } from './current.ts';

const require = createRequire(import.meta.url);
const streams = new WeakMap<Cell, Stream>();
let installed = false;

export function installKeyboard(): void {
  if (installed) return;
  installed = true;
  Object.assign(globalThis, { prompt, confirm, alert });
  const real = Object.getOwnPropertyDescriptor(process, 'stdin')!;
  Object.defineProperty(process, 'stdin', {
    ...real,
    get: () => {
      const cell = cellOfThisCode();
      return cell ? streamOf(cell) : real.get!.call(process);
    },
  });
  routeReadline();
}

/**
 * An empty answer means `suggestion`; the front end's field always gives a line, so there is no null as in a browser.
 * The message goes out as it was given, as from Deno's kernel and from Python's input(): a front end sets it apart itself.
 */
function prompt(message = 'Prompt', suggestion?: string): string {
  const answer = askNow(suggestion === undefined ? message : `${message} [${suggestion}]`);
  return answer === '' && suggestion !== undefined ? suggestion : answer;
}

function confirm(message = 'Confirm'): boolean {
  return /^y(es)?$/i.test(askNow(`${message} [y/N] `).trim());
}

function alert(message = 'Alert'): void {
  askNow(`${message} [Enter] `);
}

function askNow(question: string): string {
  const cell = currentCell();
  if (!cell) throw new Error('prompt(), confirm() and alert() work in a notebook only');
  return cell.askNow(question);
}

/** A line for each read: only who listens makes the question appear. */
function streamOf(cell: Cell): Stream {
  let stream = streams.get(cell);
  if (stream) return stream;
  const { Readable } = require('node:stream') as typeof import('node:stream');
  stream = new Readable({
    read() {
      cell.ask('', false).then(
        (line) => this.push(`${line}\n`),
        (error) => this.destroy(error),
      );
    },
  });
  streams.set(cell, stream);
  return stream;
}

type Create = (...args: [Readline.ReadLineOptions, ...unknown[]]) => Readline.Interface;
type Ask = (question: string) => Promise<string>;

/** readline reads ahead as soon as it is made. In a notebook that would ask for a line that nobody wants yet. */
function routeReadline(): void {
  for (const name of ['node:readline', 'node:readline/promises']) {
    const module = require(name) as { createInterface: Create };
    const original = module.createInterface;
    const later = name.endsWith('promises');
    module.createInterface = (given, ...rest) => {
      const cell = cellOfThisCode();
      const options = 'input' in given ? given : { input: given as NodeJS.ReadableStream };
      if (!cell || options.input !== streams.get(cell)) return original(given, ...rest);
      return notebookInterface(cell, (input) => original({ ...options, input, terminal: false }), later);
    };
  }
  syncBuiltinESMExports();
}

function notebookInterface(cell: Cell, create: (input: Stream) => Readline.Interface, later: boolean) {
  const { Readable } = require('node:stream') as typeof import('node:stream');
  const lines = new Readable({ read() {} });
  const readline = create(lines);
  let closed = false;
  let feeding = false;
  let shown = '';
  readline.once('close', () => {
    closed = true;
  });

  const ask: Ask = (question) => cell.ask(question, false);
  /** Lines for `on('line')` and `for await`, as long as somebody listens. */
  async function feed(): Promise<void> {
    if (feeding) return;
    feeding = true;
    // Whoever made it may still set a prompt or ask a question.
    await new Promise(setImmediate);
    while (!closed && readline.listenerCount('line') > 0 && !cell.signal.aborted) {
      const question = shown;
      shown = '';
      lines.push(`${await ask(question)}\n`);
      await new Promise(setImmediate);
    }
    feeding = false;
  }

  readline.on('newListener', (event) => {
    if (event === 'line') feed().catch((error) => readline.emit('error', error));
  });
  const question = (text: string, ...rest: unknown[]) => {
    if (later) return ask(text);
    const callback = rest.at(-1) as (answer: string) => void;
    return void ask(text).then((answer) => callback(answer));
  };
  Object.assign(readline, {
    question,
    prompt: () => {
      shown = readline.getPrompt();
    },
  });
  return readline;
}
