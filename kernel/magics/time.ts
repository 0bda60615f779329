import { parseOptions } from './arguments.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';

export const timeMagics: Magic[] = ['%', '%%'].flatMap((sigil) => [
  {
    name: `${sigil}time`,
    usage: sigil === '%' ? '%time STATEMENT' : '%%time',
    help: 'Runs code once and tells how long it took, on the clock and of the processor.',
    run: time,
  },
  {
    name: `${sigil}timeit`,
    usage: sigil === '%' ? '%timeit [-n LOOPS] [-r REPEATS] STATEMENT' : '%%timeit [-n LOOPS] [-r REPEATS]',
    help: 'Runs code many times: mean and deviation of one run.',
    run: timeIt,
  },
]);

async function time({ cell, run }: MagicCall): Promise<unknown> {
  const code = needed(run, '%time');
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    return await code();
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

async function timeIt({ cell, run, text, body }: MagicCall): Promise<void> {
  const given = /^\s*((?:-[nr]\s*\d+\s*)*)/.exec(text)![0];
  const isEmpty = (body ?? text.slice(given.length)).trim() === '';
  const code = needed(isEmpty ? undefined : run, body === undefined ? '%timeit' : '%%timeit');
  const { options } = parseOptions(given, { n: true, r: true });
  const repeats = Number(options.r ?? 7);
  const loops = options.n ? Number(options.n) : await enoughLoops(code);
  const runs: number[] = [];
  for (let i = 0; i < repeats && !cell.signal.aborted; i += 1) runs.push((await seconds(code, loops)) / loops);
  const mean = runs.reduce((a, b) => a + b, 0) / runs.length;
  const deviation = Math.sqrt(runs.reduce((a, b) => a + (b - mean) ** 2, 0) / runs.length);
  const per = `${counted(runs.length, 'run')}, ${counted(loops, 'loop')} each`;
  cell.write('stdout', `${spell(mean * 1000)} ± ${spell(deviation * 1000)} per loop (mean ± std. dev. of ${per})\n`);
}

/** As IPython: 1, 10, 100 … until a run takes 0.2 s. */
async function enoughLoops(code: () => Promise<unknown>): Promise<number> {
  let loops = 1;
  while (loops < 1e7 && (await seconds(code, loops)) < 0.2) loops *= 10;
  return loops;
}

async function seconds(code: () => Promise<unknown>, loops: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < loops; i += 1) await code();
  return (performance.now() - start) / 1000;
}

function needed(run: MagicCall['run'], name: string): () => Promise<unknown> {
  if (!run)
    throw new UsageError(`${name} needs code, e.g. ${name}${name.startsWith('%%') ? '\n' : ' '}await fetch(url)`);
  return run;
}

const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

/** Milliseconds → the unit a person would say. */
function spell(ms: number): string {
  if (ms >= 60_000) return `${Math.floor(ms / 60_000)}min ${((ms % 60_000) / 1000).toPrecision(3)} s`;
  const [value, unit] =
    ms >= 1000 ? [ms / 1000, 's'] : ms >= 1 ? [ms, 'ms'] : ms >= 1e-3 ? [ms * 1e3, 'μs'] : [ms * 1e6, 'ns'];
  return `${Number(value.toPrecision(3))} ${unit}`;
}
