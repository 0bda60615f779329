import { inspect } from 'node:util';
import { parseOptions } from './arguments.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';

export const timeMagics: Magic[] = ['%', '%%'].flatMap((sigil) => [
  {
    name: `${sigil}time`,
    usage: `${sigil}time [--no-raise-error]${sigil === '%' ? ' STATEMENT' : ''}`,
    help: 'Runs code once and tells how long it took, on the clock and of the processor; --no-raise-error goes on after an error.',
    run: time,
  },
  {
    name: `${sigil}timeit`,
    usage: `${sigil}timeit [-n LOOPS] [-r REPEATS] [-p DIGITS] [-c] [-q] [-o]${sigil === '%' ? ' STATEMENT' : ''}`,
    help: 'Runs code many times: mean and deviation of one run. -c takes the processor’s time, -q prints nothing, -o gives the figures as a value.',
    run: timeIt,
  },
]);

async function time({ cell, run, text }: MagicCall): Promise<unknown> {
  const code = needed(run, '%time');
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    return await code();
  } catch (error) {
    if (cell.signal.aborted || !/^\s*--no-raise-error\b/.test(text)) throw error;
    return undefined;
  } finally {
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    const [u, s] = [user / 1000, system / 1000];
    cell.write(
      'stdout',
      `CPU times: user ${spell(u)}, sys: ${spell(s)}, total: ${spell(u + s)}\nWall time: ${spell(wall)}\n`,
    );
  }
}

async function timeIt({ cell, run, text, body }: MagicCall): Promise<unknown> {
  const given = /^\s*((?:-(?:[tcqo]*[nrp]\s*\d+|[tcqo]+)(?:\s+|$))*)/.exec(text)![0];
  const isEmpty = (body ?? text.slice(given.length)).trim() === '';
  const code = needed(isEmpty ? undefined : run, body === undefined ? '%timeit' : '%%timeit');
  const { options } = parseOptions(given, { n: true, r: true, p: true, t: false, c: false, q: false, o: false });
  const clock = options.c ? processorSeconds : wallSeconds;
  const repeats = Math.max(1, Number(options.r ?? 7));
  // 0 loops are as many as it takes, as in IPython.
  const loops = Number(options.n ?? 0) || (await enoughLoops(code, clock));
  const runs: number[] = [];
  for (let i = 0; i < repeats && !cell.signal.aborted; i += 1) runs.push((await seconds(code, loops, clock)) / loops);
  const timing = new Timing(loops, runs, Number(options.p ?? 3));
  if (!options.q) cell.write('stdout', `${timing}\n`);
  if (!options.o) return undefined;
  return body === undefined ? timing : { value: timing };
}

/** What `-o` gives: IPython's TimeitResult. */
class Timing {
  readonly loops: number;
  readonly repeat: number;
  /** Seconds of one loop, for each run. */
  readonly timings: readonly number[];
  readonly #digits: number;

  constructor(loops: number, timings: readonly number[], digits: number) {
    this.loops = loops;
    this.repeat = timings.length;
    this.timings = timings;
    this.#digits = digits;
  }

  get best(): number {
    return Math.min(...this.timings);
  }

  get worst(): number {
    return Math.max(...this.timings);
  }

  get average(): number {
    return this.timings.reduce((a, b) => a + b, 0) / this.repeat;
  }

  get stdev(): number {
    const { average } = this;
    return Math.sqrt(this.timings.reduce((a, b) => a + (b - average) ** 2, 0) / this.repeat);
  }

  toString(): string {
    const [mean, deviation] = [this.average, this.stdev].map((one) => spell(one * 1000, this.#digits));
    const per = `${counted(this.repeat, 'run')}, ${counted(this.loops, 'loop')} each`;
    return `${mean} ± ${deviation} per loop (mean ± std. dev. of ${per})`;
  }

  [inspect.custom](): string {
    return `<TimeitResult : ${this}>`;
  }
}

type Clock = () => number;

const wallSeconds: Clock = () => performance.now() / 1000;

const processorSeconds: Clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** As IPython: 1, 10, 100 … until a run takes 0.2 s. */
async function enoughLoops(code: () => Promise<unknown>, clock: Clock): Promise<number> {
  let loops = 1;
  while (loops < 1e7 && (await seconds(code, loops, clock)) < 0.2) loops *= 10;
  return loops;
}

async function seconds(code: () => Promise<unknown>, loops: number, clock: Clock): Promise<number> {
  const start = clock();
  for (let i = 0; i < loops; i += 1) await code();
  return clock() - start;
}

function needed(run: MagicCall['run'], name: string): () => Promise<unknown> {
  if (!run)
    throw new UsageError(`${name} needs code, e.g. ${name}${name.startsWith('%%') ? '\n' : ' '}await fetch(url)`);
  return run;
}

const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

/** Milliseconds → the unit a person would say. */
function spell(ms: number, digits = 3): string {
  if (ms >= 60_000) return `${Math.floor(ms / 60_000)}min ${((ms % 60_000) / 1000).toPrecision(3)} s`;
  const [value, unit] =
    ms >= 1000 ? [ms / 1000, 's'] : ms >= 1 ? [ms, 'ms'] : ms >= 1e-3 ? [ms * 1e3, 'μs'] : [ms * 1e6, 'ns'];
  return `${Number(value.toPrecision(digits))} ${unit}`;
}
