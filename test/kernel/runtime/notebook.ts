/** A runtime and hand-compiled cells for it, as the worker would send them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FromRuntime, RunOutcome, ToRuntime } from '../../../kernel/border.ts';
import type { CellEvent } from '../../../kernel/runtime/run.ts';

export type Ran = { id: string; outcome: RunOutcome; events: CellEvent[]; stdout: string; stderr: string };
type Options = {
  source?: string;
  silent?: boolean;
  allowStdin?: boolean;
  names?: string[];
  mappings?: string;
  id?: string;
};

export class Notebook {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'typelab-runtime-')));
  messages: FromRuntime[] = [];
  listeners: ((message: FromRuntime) => void)[] = [];
  child: ChildProcess = fork(join(import.meta.dirname, 'host.ts'), {
    cwd: this.folder,
    execPath: process.execPath,
    execArgv: ['--no-force-async-hooks-checks'],
    // A reporter of the test run must not be inherited.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined },
    serialization: 'advanced',
  });
  died = once(this.child, 'exit').then(([code]) => code as number | null);
  count = 0;

  constructor() {
    this.child.on('message', (message: FromRuntime) => {
      this.messages.push(message);
      for (const listener of this.listeners) listener(message);
    });
  }

  send(message: ToRuntime): void {
    this.child.send(message);
  }

  interrupt(): void {
    this.send({ kind: 'interrupt', id: '', attempt: 0 });
  }

  /** `code` is the body of the cell's function; its lines are the source's unless `source` says otherwise. */
  async run(code: string, { source = code, names = [], mappings, id, ...options }: Options = {}): Promise<Ran> {
    this.count += 1;
    const number = this.count;
    const own = id ?? `m${number}`;
    const cell = {
      number,
      file: `typelab:In[${number}]`,
      source,
      code: `async ($) => {\n${code}\n}`,
      mappings: mappings ?? sameLines(code),
      names,
      slots: Object.fromEntries(names.map((name) => [name, [name]])),
      keys: keysOf(code),
      starts: [],
    };
    const message = {
      kind: 'run' as const,
      id: own,
      cell,
      silent: false,
      allowStdin: true,
      userExpressions: {},
      ...options,
    };
    const outcome = await this.execute(message);
    return {
      id: own,
      outcome,
      events: this.events(own),
      stdout: this.text(own, 'stdout'),
      stderr: this.text(own, 'stderr'),
    };
  }

  execute(message: ToRuntime & { kind: 'run' }): Promise<RunOutcome> {
    return new Promise((resolve, reject) => {
      const listener = (answer: FromRuntime): void => {
        if (answer.kind !== 'done' || answer.id !== message.id) return;
        this.listeners.splice(this.listeners.indexOf(listener), 1);
        resolve(answer.outcome);
      };
      this.listeners.push(listener);
      this.died.then((code) => reject(new Error(`the runtime's process ended with ${code}`)));
      this.send(message);
    });
  }

  /** The value's bundle of a cell that ends in one. */
  async value(code: string): Promise<Record<string, unknown>> {
    const { events, outcome } = await this.run(code);
    const result = events.find((event) => event.kind === 'result');
    if (!result) throw new Error(`no result: ${JSON.stringify(outcome)}`);
    return result.data;
  }

  events(id: string): CellEvent[] {
    return this.messages.flatMap((message) => (message.kind === 'event' && message.id === id ? [message.event] : []));
  }

  text(id: string, name: 'stdout' | 'stderr'): string {
    return this.events(id)
      .map((event) => (event.kind === 'stream' && event.name === name ? event.text : ''))
      .join('');
  }

  /** Ends the runtime in order, as a shutdown request does. */
  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.send({ kind: 'shutdown' });
      await this.died;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Line n of the function's body, which begins in line 2, is line n of the source. */
function sameLines(code: string): string {
  return `;${code
    .split('\n')
    .map((_, line) => (line === 0 ? 'AAAA' : 'AACA'))
    .join(';')}`;
}

export async function until(condition: () => boolean, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The boxes that hand-compiled code mentions. */
export function keysOf(code: string): string[] {
  return [...new Set([...code.matchAll(/\$\.scope\.(\w+)/g)].map(([, key]) => key!))];
}
