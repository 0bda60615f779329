/** gRPC beside bare grpc-js, batching, and two workers beside one process: servers on core 0, the load on core 1. */
import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../lib/free-port.ts';
import { create, encode } from '../../../lib/saved-model/proto.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';
import * as messages from '../../../server/src/grpc/messages.ts';
import { root } from '../../helpers/root.ts';
import { type Limit, median, type Table } from '../suite.ts';
import { type Load, load } from './load.ts';
import { pinned } from './pinned.ts';

const rounds = 3;
const seconds = 3;

type Program = { pid: number; rest: number; grpc: number; stop(): Promise<void> };
type Given = { folder: string; model: string; bodyFile: string; image: Float32Array; input: string; engine: number };

export async function strength(given: Given, say: (line: string) => void): Promise<{ table: Table; limits: Limit[] }> {
  const file = join(given.folder, 'message');
  writeFileSync(file, predictMessage(given));
  const [plain, workers, batching, yardstick] = await Promise.all([
    typelab(given.model),
    typelab(given.model, '--num_workers=2'),
    typelab(given.model, '--enable_batching'),
    bare(),
  ]);
  const grpc: Record<'typelab' | 'bare' | 'batching', Load[]> = { typelab: [], bare: [], batching: [] };
  const cpu: Record<'one' | 'two', number[]> = { one: [], two: [] };
  try {
    for (let round = 0; round <= rounds; round++) {
      say(`gRPC, batching and workers, round ${round} of ${rounds}`);
      const found = {
        typelab: await grpcLoad(plain.grpc, file, 32),
        bare: await grpcLoad(yardstick.grpc, file, 32),
        batching: await grpcLoad(batching.grpc, file, 256),
      };
      const spent = {
        one: await cpuPerRequest(plain, given.bodyFile),
        two: await cpuPerRequest(workers, given.bodyFile),
      };
      // The first round lets them warm up.
      if (round === 0) continue;
      for (const [name, list] of Object.entries(grpc)) list.push(found[name as keyof typeof found]);
      for (const [name, list] of Object.entries(cpu)) list.push(spent[name as keyof typeof spent]);
    }
  } finally {
    await Promise.all([plain, workers, batching, yardstick].map(({ stop }) => stop()));
  }
  const of = (name: keyof typeof grpc, what: keyof Load): number => median(grpc[name].map((one) => one[what]));
  return {
    table: {
      title: 'gRPC, batching and workers',
      columns: ['', 'typelab', 'bare grpc-js', 'typelab, batching'],
      rows: [
        ['calls at a time', 32, 32, 256],
        ['Predict with one image, calls/s', of('typelab', 'rate'), of('bare', 'rate'), of('batching', 'rate')],
        ['… 50th percentile, ms', of('typelab', 'p50'), of('bare', 'p50'), of('batching', 'p50')],
        ['… 99th percentile, ms', of('typelab', 'p99'), of('bare', 'p99'), of('batching', 'p99')],
        ['calls that failed', of('typelab', 'failed'), of('bare', 'failed'), of('batching', 'failed')],
        ['REST, CPU ms a request in one process', median(cpu.one), undefined, undefined],
        ['REST, CPU ms a request in two workers', median(cpu.two), undefined, undefined],
      ],
    },
    limits: [
      {
        what: 'gRPC calls ≥ 0.7 × bare grpc-js',
        measured: of('typelab', 'rate'),
        limit: 0.7 * of('bare', 'rate'),
        unit: '/s',
        atLeast: true,
      },
      {
        what: 'images/s with batching ≥ 0.6 × the engine alone (one image a call: grpc-js itself is the limit)',
        measured: of('batching', 'rate'),
        limit: 0.6 * given.engine,
        unit: '/s',
        atLeast: true,
      },
      {
        what: 'CPU of two workers ≤ 1.25 × that of one process',
        measured: median(cpu.two),
        limit: 1.25 * median(cpu.one),
        unit: 'ms a request',
      },
      // Two servers and the load do not fit on two cores.
      {
        what: 'two workers ≥ 1.6 × the requests of one',
        measured: undefined,
        limit: undefined,
        unit: '/s',
        atLeast: true,
      },
    ],
  };
}

function predictMessage({ image, input }: Given): Uint8Array {
  const tensor = toTensorProto({ dtype: 'float32', shape: [1, 28, 28, 1], data: image });
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
  const { rate } = await load({ url, bodyFile, connections: 32, seconds });
  return (cpuOf(pid) - before) / (rate * seconds);
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
