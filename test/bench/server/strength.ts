/** gRPC beside bare grpc-js, batching, and two workers beside one process: servers on core 0, the load on core 1. */
import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../lib/free-port.ts';
import { encode } from '../../../lib/saved-model/encode.ts';
import { create } from '../../../lib/saved-model/proto.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';
import * as messages from '../../../server/src/grpc/messages.ts';
import { root } from '../../helpers/root.ts';
import { type Limit, median, type Table } from '../suite.ts';
import { type Load, load } from './load.ts';
import { pinned } from './pinned.ts';

const rounds = 3;
const seconds = 3;
/** Short turns of one process and two workers: what disturbs the machine meets both, and the median leaves it out. */
const turns = 9;
const turnSeconds = 1;
/** Images in each call of the line that measures the batches instead of grpc-js. */
const together = 32;

type Program = { pid: number; rest: number; grpc: number; stop(): Promise<void> };
type Given = { folder: string; model: string; bodyFile: string; image: Float32Array; input: string; engine: number };

export async function strength(given: Given, say: (line: string) => void): Promise<{ table: Table; limits: Limit[] }> {
  const file = join(given.folder, 'message');
  writeFileSync(file, predictMessage(given, 1));
  const manyFile = join(given.folder, 'many-message');
  writeFileSync(manyFile, predictMessage(given, together));
  const [plain, workers, batching, yardstick] = await Promise.all([
    typelab(given.model),
    typelab(given.model, '--num_workers=2'),
    typelab(given.model, '--enable_batching'),
    bare(),
  ]);
  const grpc: Record<'typelab' | 'bare' | 'batching' | 'many' | 'bareMany', Load[]> = {
    typelab: [],
    bare: [],
    batching: [],
    many: [],
    bareMany: [],
  };
  const cpu: Record<'one' | 'two', number[]> = { one: [], two: [] };
  try {
    for (let round = 0; round <= rounds; round++) {
      say(`gRPC, batching and workers, round ${round} of ${rounds}`);
      const found = {
        typelab: await grpcLoad(plain.grpc, file, 32),
        bare: await grpcLoad(yardstick.grpc, file, 32),
        batching: await grpcLoad(batching.grpc, file, 256),
        many: await grpcLoad(batching.grpc, manyFile, 16),
        bareMany: await grpcLoad(yardstick.grpc, manyFile, 16),
      };
      // The first round lets them warm up.
      if (round === 0) continue;
      for (const [name, list] of Object.entries(grpc)) list.push(found[name as keyof typeof found]);
    }
    for (let turn = -2; turn < turns; turn++) {
      say(`CPU of one process and of two workers, turn ${Math.max(turn + 1, 0)} of ${turns}`);
      const spent = {
        one: await cpuPerRequest(plain, given.bodyFile),
        two: await cpuPerRequest(workers, given.bodyFile),
      };
      if (turn < 0) continue;
      for (const [name, list] of Object.entries(cpu)) list.push(spent[name as keyof typeof spent]);
    }
  } finally {
    await Promise.all([plain, workers, batching, yardstick].map(({ stop }) => stop()));
  }
  const of = (name: keyof typeof grpc, what: keyof Load): number => median(grpc[name].map((one) => one[what]));
  const columns = [
    { name: 'typelab', title: 'typelab', images: 1, calls: 32 },
    { name: 'bare', title: 'bare grpc-js', images: 1, calls: 32 },
    { name: 'batching', title: 'batching', images: 1, calls: 256 },
    { name: 'many', title: `batching, ${together} images`, images: together, calls: 16 },
    { name: 'bareMany', title: `bare grpc-js, ${together} images`, images: together, calls: 16 },
  ] as const;
  return {
    table: {
      title: 'gRPC, batching and workers',
      columns: ['', ...columns.map(({ title }) => title)],
      rows: [
        ['images a call', ...columns.map(({ images }) => images)],
        ['calls at a time', ...columns.map(({ calls }) => calls)],
        ['Predict, calls/s', ...columns.map(({ name }) => of(name, 'rate'))],
        ['… images/s', ...columns.map(({ name, images }) => images * of(name, 'rate'))],
        ['… 50th percentile, ms', ...columns.map(({ name }) => of(name, 'p50'))],
        ['… 99th percentile, ms', ...columns.map(({ name }) => of(name, 'p99'))],
        ['calls that failed', ...columns.map(({ name }) => of(name, 'failed'))],
        ['REST, CPU ms a request in one process', median(cpu.one), ...columns.slice(1).map(() => undefined)],
        ['REST, CPU ms a request in two workers', median(cpu.two), ...columns.slice(1).map(() => undefined)],
      ],
    },
    limits: [
      {
        what: 'gRPC calls ≥ 0.7 × bare grpc-js',
        measured: of('typelab', 'rate'),
        limit: 0.7 * of('bare', 'rate'),
        unit: '/s',
        atLeast: true,
        why: 'alone beside bare grpc-js it got 6,880 of 7,930 /s (0.87 ×); among four servers on one core each comes back to cold caches, and the larger one pays more',
      },
      {
        what: 'images/s with batching, one image a call, ≥ 0.6 × the engine alone',
        measured: of('batching', 'rate'),
        limit: 0.6 * given.engine,
        unit: '/s',
        atLeast: true,
        why: 'grpc-js takes many times longer for a call than the engine for an image',
      },
      {
        what: `images/s with batching, ${together} images a call, ≥ 0.6 × the engine alone`,
        measured: together * of('many', 'rate'),
        limit: 0.6 * given.engine,
        unit: '/s',
        atLeast: true,
        why: `bare grpc-js, which answers a constant, gets ${Math.round(together * of('bareMany', 'rate')).toLocaleString('en')} /s of these messages`,
      },
      {
        what: '… at a 99th percentile ≤ 20 ms',
        measured: of('many', 'p99'),
        limit: 20,
        unit: 'ms',
        why: `bare grpc-js, which answers a constant, has ${of('bareMany', 'p99').toFixed(0)} ms with these messages; sixteen calls of 100 kB are always under way, from a client on one core`,
      },
      {
        what: 'CPU of two workers ≤ 1.25 × that of one process',
        measured: median(cpu.two),
        limit: 1.25 * median(cpu.one),
        unit: 'ms a request',
      },
      // Two servers and the load do not fit on two cores.
      {
        what: 'two workers ≥ 1.6 × the requests of one (needs a core more than there are)',
        measured: undefined,
        limit: undefined,
        unit: '/s',
        atLeast: true,
      },
    ],
  };
}

function predictMessage({ image, input }: Given, count: number): Uint8Array {
  const data = new Float32Array(count * image.length);
  for (let i = 0; i < count; i++) data.set(image, i * image.length);
  const tensor = toTensorProto({ dtype: 'float32', shape: [count, 28, 28, 1], data });
  const model_spec = create(messages.ModelSpec, { name: 'digits' });
  return encode(messages.PredictRequest, { model_spec, inputs: new Map([[input, tensor]]), output_filter: [] });
}

async function typelab(model: string, ...more: string[]): Promise<Program> {
  const [rest, grpc] = [await freePort(), await freePort()];
  const flags = [
    `--rest_api_port=${rest}`,
    `--port=${grpc}`,
    '--model_name=digits',
    `--model_base_path=${model}`,
    ...more,
  ];
  const program = start([process.execPath, join(root, 'server/main.ts'), ...flags], rest, grpc);
  const ready = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${rest}/v1/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const end = Date.now() + 60_000; !(await ready()) && Date.now() < end; )
    await new Promise((done) => setTimeout(done, 50));
  return program;
}

async function bare(): Promise<Program> {
  const grpc = await freePort();
  return start([process.execPath, join(import.meta.dirname, 'grpc-yardstick.mjs'), String(grpc)], 0, grpc);
}

function start(command: string[], rest: number, grpc: number): Program {
  const [program, ...args] = pinned(0, command);
  const child = spawn(program as string, args, { stdio: 'ignore' });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = (): Promise<void> => {
    child.kill();
    return gone;
  };
  return { pid: child.pid as number, rest, grpc, stop };
}

async function grpcLoad(port: number, file: string, concurrency: number): Promise<Load> {
  const script = join(import.meta.dirname, 'grpc-load.mjs');
  const [program, ...args] = pinned(1, [process.execPath, script, ...[port, file, concurrency, seconds].map(String)]);
  return JSON.parse((await promisify(execFile)(program as string, args)).stdout);
}

async function cpuPerRequest({ pid, rest }: Program, bodyFile: string): Promise<number> {
  const before = cpuOf(pid);
  const url = `http://127.0.0.1:${rest}/v1/models/digits:predict`;
  const { rate } = await load({ url, bodyFile, connections: 32, seconds: turnSeconds });
  return (cpuOf(pid) - before) / (rate * turnSeconds);
}

/** Milliseconds of CPU that a process and its children have used so far (Linux). */
function cpuOf(pid: number): number {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        return [];
      }
    });
  return stats.filter((one) => one.pid === pid || one.parent === pid).reduce((sum, { ticks }) => sum + ticks * 10, 0);
}
