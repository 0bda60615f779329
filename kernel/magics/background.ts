import { PassThrough, type Readable } from 'node:stream';
import { setTimeout } from 'node:timers';
import { bounded } from './bounded.ts';
import { UsageError } from './magic.ts';
import { type Child, groupLives, killGroup, type Start, start } from './process.ts';
import { sweep, unwatch } from './watchdog.ts';

/** A program that goes on after its cell: what `--proc NAME` gives. */
export type Job = {
  name: string;
  pid: number;
  /** The first line of its script. */
  title: string;
  /** All it has written so far, the newest megabyte. */
  readonly log: string;
  /** null while it runs; -1 when a signal ended it. */
  readonly exitCode: number | null;
  readonly running: boolean;
  stdout: Readable;
  stderr: Readable;
  /** Ends it and all it started; resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves with its exit code. */
  wait(): Promise<number>;
};

export type Jobs = {
  start(options: StartJob): Promise<Job>;
  list(): Job[];
  /** By name or pid. */
  get(name: string): Job;
  /** Ends all but the kept ones. */
  close(): Promise<void>;
};

type StartJob = {
  name: string | undefined;
  program: string;
  args: string[];
  input: string;
  keep: boolean;
  title: string;
  onText: Start['onText'];
};

/** How long a job may take to end when asked before it is ended. */
const grace = 2000;
const logSize = 1 << 20;

export function createJobs(): Jobs {
  const jobs: (Job & { keep: boolean })[] = [];

  async function startJob({ program, args, input, onText, ...about }: StartJob): Promise<Job> {
    const written = createWritten();
    const options: Start = {
      file: program,
      args,
      input,
      keep: about.keep,
      onText: (stream, text) => {
        written.add(stream, text);
        onText(stream, text);
      },
    };
    const job = await start(options, (child) => {
      const job = jobOf(child, written, about);
      // Its own name twice means the newer one, as a variable would.
      if (child.pid !== 0) jobs.push(job);
      return job;
    });
    // It could not be started: that is the cell's error, and there is no job (pid 0 would be the kernel's own group).
    if (job.pid === 0) await job.wait();
    return job;
  }

  return {
    start: startJob,
    list: () => [...jobs],
    get: (name) => {
      const job = jobs.findLast((one) => one.name === name || String(one.pid) === name);
      if (job) return job;
      const known = jobs.map((one) => one.name).join(', ');
      throw new UsageError(`no job ${name}; ${known ? `known: ${known}` : 'none was started with %%bash --bg'}`);
    },
    close: async () => {
      await Promise.all(jobs.filter(({ keep, running }) => running && !keep).map((job) => job.kill()));
      jobs.length = 0;
      // What left its group by setsid carries the session's mark; the watchdog knows how to find it.
      sweep();
    },
  };
}

type Written = {
  readonly log: string;
  streams: { stdout: PassThrough; stderr: PassThrough };
  add(stream: 'stdout' | 'stderr', text: string): void;
};

function createWritten(): Written {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  for (const stream of Object.values(streams)) stream.setEncoding('utf8');
  const unread = { stdout: bounded(logSize), stderr: bounded(logSize) };
  let log = '';
  return {
    get log() {
      return log;
    },
    streams,
    add(stream, text) {
      log = `${log}${text}`.slice(-logSize);
      // A stream nobody reads may not grow for hours.
      if (streams[stream].readableLength < logSize) streams[stream].write(text);
      else unread[stream].add(text);
    },
  };
}

function jobOf(
  { pid, ended }: Child,
  written: Written,
  { name, title, keep }: Pick<StartJob, 'name' | 'title' | 'keep'>,
): Job & { keep: boolean } {
  let exitCode: number | null = null;
  let gone = false;
  // Once gone it stays so: the system gives its number to another group some day, which is none of ours.
  const lives = () => {
    gone ||= exitCode !== null && !groupLives(pid);
    return !gone;
  };
  const over = ended.then(({ code }) => {
    exitCode = code ?? -1;
    lives();
    for (const stream of Object.values(written.streams)) stream.end();
    return exitCode;
  });
  over.catch(() => {});
  return {
    name: name ?? String(pid),
    pid,
    title,
    keep,
    get log() {
      return written.log;
    },
    get exitCode() {
      return exitCode;
    },
    get running() {
      return lives();
    },
    ...written.streams,
    async kill(signal = 'SIGTERM') {
      if (!lives()) return;
      await end(pid, signal);
      // The group is gone before its exit is told: who looks after a kill shall find the exit code.
      if (!groupLives(pid)) await over;
    },
    wait: () => over,
  };
}

async function end(group: number, signal: NodeJS.Signals): Promise<void> {
  killGroup(group, signal);
  const until = performance.now() + grace;
  while (groupLives(group)) {
    if (performance.now() > until) killGroup(group, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (performance.now() > until + grace) break;
  }
  unwatch(group);
}
