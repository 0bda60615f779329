import { connect } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import { parseOptions } from './arguments.ts';
import type { Job } from './background.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';

export const jobMagics: Magic[] = [
  { name: '%jobs', usage: '%jobs', help: 'Lists what %%bash --bg started.', run: list, runSync: list },
  {
    name: '%kill',
    usage: '%kill NAME|PID|--all',
    help: 'Ends a job and everything it started.',
    run: async ({ host, text }) => {
      const name = text.trim();
      if (name === '') throw new UsageError('%kill NAME|PID|--all; %jobs lists them');
      const jobs = /^--?all$/.test(name) ? host.jobs.list() : [host.jobs.get(name)];
      await Promise.all(jobs.filter(({ running }) => running).map((job) => job.kill()));
    },
  },
  {
    name: '%tail',
    usage: '%tail [-n LINES] [-f] NAME',
    help: 'The last lines a job has written; -f goes on until it ends or the cell is interrupted.',
    run: tail,
  },
  {
    name: '%wait',
    usage: '%wait NAME [--port N | --log TEXT] [--timeout SECONDS]',
    help: 'Waits until a job has ended, or answers on a port, or has written a text.',
    run: wait,
  },
];

function list({ host, cell }: MagicCall): void {
  const jobs = host.jobs.list();
  if (jobs.length === 0) cell.write('stdout', 'no jobs\n');
  for (const job of jobs) {
    const state = job.running ? 'running' : `ended with exit code ${job.exitCode}`;
    cell.write('stdout', `${job.name}  pid ${job.pid}  ${state}  ${job.title}\n`);
  }
}

async function tail({ host, cell, text }: MagicCall): Promise<void> {
  const { options, rest } = parseOptions(text, { n: true, f: false });
  const job = host.jobs.get(rest[0] ?? '');
  const count = Number(options.n ?? 10);
  const lines = job.log.replace(/\n$/, '').split('\n').slice(-count);
  if (job.log !== '') cell.write('stdout', `${lines.join('\n')}\n`);
  if (!options.f) return;
  let seen = job.log.length;
  while (job.running && !cell.signal.aborted) {
    await pause(50, cell.signal);
    if (job.log.length > seen) cell.write('stdout', job.log.slice(seen));
    seen = job.log.length;
  }
}

async function wait({ host, cell, text }: MagicCall): Promise<void> {
  // Options may follow the name here: `%wait server --port 8501`.
  const [, first = '', more = ''] = /^\s*([^\s-]\S*)?\s*(.*)$/s.exec(text) ?? [];
  const { options, rest } = parseOptions(more, { port: true, log: true, timeout: true });
  const job = host.jobs.get(first || (rest[0] ?? ''));
  const seconds = Number(options.timeout ?? 60);
  if (!(seconds > 0)) throw new UsageError(`--timeout ${String(options.timeout)}: seconds, e.g. --timeout 60`);
  const until = performance.now() + seconds * 1000;
  const wanted = options.port ? `answer on port ${options.port}` : options.log ? `write ${options.log}` : 'end';
  while (!(await reached(job, options.port, options.log))) {
    if (cell.signal.aborted) return;
    if (!job.running && wanted !== 'end')
      throw new Error(
        `job ${job.name} ended with exit code ${job.exitCode} before it did ${wanted}\n${lastWords(job)}`,
      );
    if (performance.now() > until)
      throw new Error(`job ${job.name} did not ${wanted} within ${seconds} s\n${lastWords(job)}`);
    await pause(50, cell.signal);
  }
}

async function reached(job: Job, port: string | true | undefined, log: string | true | undefined): Promise<boolean> {
  if (typeof log === 'string') return job.log.includes(log);
  if (port === undefined) return !job.running;
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function lastWords(job: Job): string {
  return job.log.trimEnd().split('\n').slice(-10).join('\n');
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
