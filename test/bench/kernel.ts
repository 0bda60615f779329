/** The kernel beside tslab, Deno's kernel and ipykernel. typelab and tslab check types in all of it; Deno does not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../helpers/root.ts';
import { type Growth, measureGrowth } from './kernel/growth.ts';
import { measureImport, measureSession, measureStart, type Session } from './kernel/measure.ts';
import { type Peer, peers } from './kernel/peers.ts';
import { type Limit, median, quantile, type Results, type Suite } from './suite.ts';

type Measured = {
  launch: number[];
  shutdown: number[];
  sessions: Session[];
  first: number[];
  after: number[];
};

const starts = 5;
const imports = 3;
const sessions = 2;

const suite: Suite = {
  title: 'Kernel',
  async run(say) {
    const all = peers(say);
    // In the repository, so that every kernel finds the same tfjs; not below `node_modules/.`, which TypeScript
    // ignores, so that what it checks there would have no library at all.
    const folder = mkdtempSync(join(root, 'test/bench/session-'));
    const measured = new Map<Peer['name'], Measured>(
      all.map(({ name }) => [name, { launch: [], shutdown: [], sessions: [], first: [], after: [] }]),
    );
    let growth: Growth;
    try {
      // The kernels take turns, so that a busy moment of the machine meets all of them.
      for (let round = 0; round <= starts; round += 1) {
        say(`launch and shutdown, round ${round} of ${starts}`);
        for (const peer of all) {
          const { launch, shutdown } = await measureStart(peer, folder);
          if (round === 0) continue; // Fills the caches of the disk and the compilers.
          measured.get(peer.name)!.launch.push(launch);
          measured.get(peer.name)!.shutdown.push(shutdown);
        }
      }
      for (let round = 1; round <= imports; round += 1) {
        say(`import of tfjs, round ${round} of ${imports}`);
        for (const peer of all) {
          const { first, after } = (await measureImport(peer, folder)) ?? {};
          if (first === undefined) continue;
          measured.get(peer.name)!.first.push(first);
          measured.get(peer.name)!.after.push(...after!);
        }
      }
      for (let round = 1; round <= sessions; round += 1) {
        for (const peer of all) {
          say(`a session of ${peer.name}, round ${round} of ${sessions}`);
          measured.get(peer.name)!.sessions.push(await measureSession(peer, folder));
        }
      }
      say('a session of 510 cells');
      growth = await measureGrowth(all.find(({ name }) => name === 'typelab')!, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    }
    return results(all, measured, growth);
  },
};

export default suite;

function results(all: Peer[], measured: Map<Peer['name'], Measured>, growth: Growth): Results {
  const figures = new Map(all.map(({ name }) => [name, figuresOf(measured.get(name)!)]));
  const of = (name: Peer['name'], what: keyof Figures): number | undefined => figures.get(name)?.[what];
  const times = (share: number, name: Peer['name'], what: keyof Figures) => {
    const theirs = of(name, what);
    return theirs === undefined ? undefined : share * theirs;
  };
  const limit = (what: string, key: keyof Figures, bound: number | undefined, unit = 'ms'): Limit => ({
    what,
    measured: of('typelab', key),
    limit: bound,
    unit,
  });
  return {
    about: `Medians of ${starts} starts, ${imports} imports and ${sessions} sessions, the kernels taking turns, over TCP: ${all
      .map(({ name, version }) => `${name} ${version}`)
      .join(', ')}. Memory is of the whole process tree, what is shared counted once.`,
    tables: [
      {
        columns: ['', ...all.map(({ name }) => name)],
        rows: (Object.keys(labels) as (keyof Figures)[]).map((key) => [
          labels[key],
          ...all.map(({ name }) => of(name, key)),
        ]),
      },
      {
        columns: ['a session of 510 cells, each on those before it', 'around cell 10', 'around cell 500'],
        rows: [
          ['checking and running a cell, ms', ...growth.run],
          ['completion of a member, ms', ...growth.complete],
        ],
      },
    ],
    limits: [
      limit('launch to first reply ≤ 1.0 × ipykernel', 'launch', times(1, 'ipykernel', 'launch')),
      limit('launch to first reply ≤ 0.2 × tslab', 'launch', times(0.2, 'tslab', 'launch')),
      {
        ...limit('warm cell ≤ 0.3 × tslab', 'cell', times(0.3, 'tslab', 'cell')),
        why: 'more than half of it is TypeScript’s: three turns of its process, and a new checker that merges the DOM’s and Node’s names',
      },
      limit('warm cell ≤ 10 ms', 'cell', 10),
      limit('first cell with tfjs ≤ 0.5 × tslab', 'first', times(0.5, 'tslab', 'first')),
      limit('trivial cell after tfjs ≤ 10 ms', 'after', 10),
      { ...limit('100 queued cells: all answered', 'queuedAnswered', 100, 'replies'), atLeast: true },
      {
        ...limit('100 queued cells ≤ ipykernel', 'queued', times(1, 'ipykernel', 'queued')),
        why: 'as long as the program of the day before on the same machine; that one met it on an Intel Xeon (456 of 464 ms). Every cell is checked by TypeScript’s own process, one after the other, which ipykernel has no part of',
      },
      { ...limit('100,000 printed lines: all, in order', 'linesInOrder', 100_000, 'lines'), atLeast: true },
      limit('100,000 printed lines ≤ ipykernel', 'lines', times(1, 'ipykernel', 'lines')),
      limit('10 MB of HTML ≤ 100 ms', 'html', 100),
      limit('member completion ≤ 5 ms', 'complete', 5),
      limit('inspect ≤ 5 ms', 'inspect', 5),
      limit('interrupt of while(true){} ≤ 20 ms', 'interrupt', 20),
      { ...limit('state kept after the interrupt', 'kept', 1, ''), atLeast: true },
      limit('memory after 150 cells ≤ 0.7 × tslab', 'memory150', times(0.7, 'tslab', 'memory150'), 'MB'),
      limit('shutdown ≤ 100 ms', 'shutdown', 100),
      { what: 'cell 500 ≤ 2 × cell 10', measured: growth.run[1], limit: 2 * growth.run[0], unit: 'ms' },
      {
        what: 'completion at 500 ≤ 2 × at 10',
        measured: growth.complete[1],
        limit: 2 * growth.complete[0],
        unit: 'ms',
      },
    ],
  };
}

const labels = {
  launch: 'launch to first reply of `1+1`, ms',
  cell: 'warm cell, ms',
  cell95: 'warm cell, 95th percentile, ms',
  first: 'first cell with @tensorflow/tfjs, ms',
  after: 'trivial cell after it, ms',
  queued: '100 cells queued at once, ms',
  queuedAnswered: '… of which answered',
  lines: '100,000 printed lines, ms',
  linesInOrder: '… of which arrived in order',
  html: '10 MB of HTML, ms',
  complete: 'completion of a member, ms',
  inspect: 'inspect, ms',
  interrupt: 'interrupt of `while(true){}`, ms',
  kept: 'state kept after it (1: yes)',
  memory1: 'memory after 1 cell, MB',
  memory150: 'memory after 150 cells, MB',
  shutdown: 'shutdown, ms',
} as const;

type Figures = Partial<Record<keyof typeof labels, number>>;

function figuresOf({ launch, shutdown, sessions, first, after }: Measured): Figures {
  const found: Figures = {};
  const put = (key: keyof Figures, values: (number | undefined)[], share = 0.5) => {
    const numbers = values.filter((value) => value !== undefined);
    if (numbers.length > 0) found[key] = share === 0.5 ? median(numbers) : quantile(numbers, share);
  };
  put('launch', launch);
  put('shutdown', shutdown);
  put('first', first);
  put('after', after);
  for (const key of ['cell', 'complete', 'inspect', 'interrupt'] as const)
    put(
      key,
      sessions.flatMap((session) => session[key] ?? []),
    );
  put(
    'cell95',
    sessions.flatMap((session) => session.cell ?? []),
    0.95,
  );
  for (const key of [
    'queued',
    'queuedAnswered',
    'lines',
    'linesInOrder',
    'html',
    'kept',
    'memory1',
    'memory150',
  ] as const)
    put(
      key,
      sessions.map((session) => session[key]),
    );
  return found;
}
