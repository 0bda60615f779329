/** One kernel, measured from outside as a front end would see it. Milliseconds, unless named otherwise. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningKernel, startKernel } from '../../../kernel/wire/start.ts';
import { treeMegabytes } from './memory.ts';
import type { Peer } from './peers.ts';

/** Every measurement of one session; a list holds one entry a repetition. What a kernel cannot do is missing. */
export type Session = Partial<Record<Single, number>> & Partial<Record<Repeated, number[]>>;
export type Repeated = 'cell' | 'complete' | 'inspect' | 'interrupt';
export type Single =
  | 'launch'
  | 'queued'
  | 'queuedAnswered'
  | 'lines'
  | 'linesInOrder'
  | 'html'
  | 'kept'
  | 'memory1'
  | 'memory150'
  | 'shutdown';

/** For answers that never come. */
const patience = 10_000;

/** Some kernels lose a request that comes while they start: then another one is started, as a front end's user would. */
export async function open(peer: Peer, cwd: string): Promise<{ kernel: RunningKernel; launch: number }> {
  const env = { ...process.env, TYPELAB_HISTORY: 'off' };
  for (let tries = 1; ; tries += 1) {
    const start = performance.now();
    try {
      const kernel = await startKernel(peer.spec, { cwd, transport: 'tcp', env, timeout: patience });
      await expectOk(kernel, '1+1');
      return { kernel, launch: performance.now() - start };
    } catch (error) {
      console.error(`${peer.name} did not start: ${(error as Error).message}`);
      if (tries === 3) throw error;
    }
  }
}

/** Launch and shutdown alone. */
export async function measureStart(peer: Peer, cwd: string): Promise<{ launch: number; shutdown: number }> {
  const { kernel, launch } = await open(peer, cwd);
  await sleep(200);
  const start = performance.now();
  await kernel.shutdown(5000);
  return { launch, shutdown: performance.now() - start };
}

export async function measureSession(peer: Peer, cwd: string): Promise<Session> {
  const session: Session = {};
  const { kernel } = await open(peer, cwd);
  const { cells } = peer;
  try {
    await sleep(500);
    session.memory1 = treeMegabytes(kernel.process.pid!);
    for (let n = 2; n <= 110; n += 1) await run(kernel, cells.variable(n));
    session.cell = [];
    for (let n = 0; n < 40; n += 1) session.cell.push(await run(kernel, cells.trivial(n)));
    session.memory150 = treeMegabytes(kernel.process.pid!);
    await run(kernel, cells.keep);
    session.complete = await repeat(20, () =>
      timed(() => request(kernel, 'complete_request', { code: cells.member, cursor_pos: cells.member.length })),
    );
    session.inspect = await repeat(20, () =>
      timed(() => request(kernel, 'inspect_request', { code: cells.name, cursor_pos: 2, detail_level: 0 })),
    );
    session.html = await attempt(() => untilShown(kernel, cells.html));
    Object.assign(session, await lines(kernel, cells.lines));
    session.interrupt = [];
    for (let n = 0; n < 5; n += 1) {
      const { reply } = kernel.client.execute(cells.loop, { timeout: patience });
      reply.catch(() => {});
      await sleep(250);
      const time = await attempt(async () => {
        await kernel.interrupt();
        await reply;
      });
      if (time === undefined) break;
      session.interrupt.push(time);
    }
    await sleep(1000); // tslab aborts whatever comes soon after an error.
    session.kept = (await attempt(() => expectOk(kernel, cells.kept))) === undefined ? 0 : 1;
  } catch (error) {
    // A kernel that has died has told all it can.
    if (peer.name === 'typelab') throw error;
  } finally {
    await kernel.kill();
  }
  return { ...session, ...(await measureQueue(peer, cwd)) };
}

/** In a session of its own, because tslab does not come back from it. */
async function measureQueue(peer: Peer, cwd: string): Promise<Session> {
  const { kernel } = await open(peer, cwd);
  try {
    await sleep(500);
    return await queued(kernel, peer.cells);
  } finally {
    await kernel.kill();
  }
}

/** The first cell that imports tfjs, and trivial ones after it. */
export async function measureImport(peer: Peer, cwd: string): Promise<{ first: number; after: number[] } | undefined> {
  if (peer.cells.tfjs === undefined) return undefined;
  const { kernel } = await open(peer, cwd);
  try {
    await sleep(500);
    const first = await timed(() => expectOk(kernel, peer.cells.tfjs!));
    return { first, after: await repeat(10, (n) => run(kernel, peer.cells.trivial(n))) };
  } finally {
    await kernel.kill();
  }
}

/** From the request to the reply and idle. */
async function run(kernel: RunningKernel, code: string): Promise<number> {
  const start = performance.now();
  const { reply, iopub } = kernel.client.execute(code, { timeout: patience });
  for await (const _ of iopub);
  const { content } = await reply;
  const time = performance.now() - start;
  if (content.status !== 'ok') throw new Error(`${code} ended with ${JSON.stringify(content).slice(0, 300)}`);
  return time;
}

/** Deno tells idle before it shows. */
async function untilShown(kernel: RunningKernel, code: string): Promise<void> {
  const { promise: shown, resolve } = Promise.withResolvers<void>();
  const stop = kernel.client.onIopub(({ content }) => {
    const html = (content.data as Record<string, string> | undefined)?.['text/html'];
    if (html?.length === 10_000_000) resolve();
  });
  await kernel.client.execute(code, { timeout: patience }).reply;
  await Promise.race([
    shown,
    sleep(patience, undefined, { ref: false }).then(() => Promise.reject(new Error('no HTML'))),
  ]);
  stop();
}

async function lines(kernel: RunningKernel, code: string): Promise<Pick<Session, 'lines' | 'linesInOrder'>> {
  let last = performance.now();
  const start = last;
  let text = '';
  const stop = kernel.client.onIopub(({ header, content }) => {
    if (header.msg_type !== 'stream') return;
    text += content.text;
    last = performance.now();
  });
  const idle = (await attempt(() => run(kernel, code))) !== undefined;
  stop();
  const inOrder = text.split('\n').filter((line, i) => line === `line ${i}`).length;
  return { lines: (idle ? performance.now() : last) - start, linesInOrder: inOrder };
}

async function queued(
  kernel: RunningKernel,
  { trivial }: Peer['cells'],
): Promise<Pick<Session, 'queued' | 'queuedAnswered'>> {
  const start = performance.now();
  let last = start;
  let answered = 0;
  const replies = Array.from({ length: 100 }, (_, n) => kernel.client.execute(trivial(n), { timeout: patience }).reply);
  await Promise.all(
    replies.map((reply) =>
      reply.then(
        ({ content }) => {
          if (content.status !== 'ok') return;
          answered += 1;
          last = performance.now();
        },
        () => {},
      ),
    ),
  );
  return { queuedAnswered: answered, ...(answered === 100 ? { queued: last - start } : {}) };
}

async function expectOk(kernel: RunningKernel, code: string): Promise<void> {
  const { content } = await kernel.client.execute(code, { timeout: 60_000 }).reply;
  if (content.status !== 'ok') throw new Error(`${code} failed: ${JSON.stringify(content).slice(0, 500)}`);
}

function request(kernel: RunningKernel, type: string, content: Record<string, unknown>): Promise<unknown> {
  return kernel.client.request(type, content, { timeout: patience });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** undefined where it did not come to its end. */
async function attempt(work: () => Promise<unknown>): Promise<number | undefined> {
  try {
    return await timed(work);
  } catch {
    return undefined;
  }
}

async function repeat(times: number, measure: (n: number) => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < times; n += 1) all.push(await measure(n));
  return all;
}
