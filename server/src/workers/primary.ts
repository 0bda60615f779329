import cluster, { type Worker } from 'node:cluster';
import type { ModelConfig } from '../config/model-config.ts';
import type { Log } from '../log.ts';
import type { Snapshot } from '../metrics.ts';
import { Changes } from './changes.ts';
import type { FromPrimary, FromWorker } from './protocol.ts';

/** A worker that ends sooner than this after its start is not started again at once. */
const TOO_SOON = 1000;

/**
 * The main process of --num_workers: it opens the ports, which the workers share, and starts one anew when it dies.
 * The first worker starts alone, so that a refused start is said once.
 */
export function runPrimary(count: number, log: Log): void {
  const workers = new Map<number, Worker>();
  const collections = new Map<string, { left: Set<number>; snapshots: Snapshot[]; done: () => void }>();
  let models: readonly ModelConfig[] | undefined;
  let [served, draining] = [false, false];
  const send = (id: number, message: FromPrimary): void => {
    const worker = workers.get(id);
    // One that has just died has no channel; its exit is on the way.
    if (worker?.isConnected()) worker.send(message, () => {});
  };
  const changes = new Changes(send, (id, why) => {
    log('W', 'typelab', `Worker ${id} is replaced: ${why}`);
    send(id, { kind: 'drain' });
  });
  // Workers accept by themselves: a connection handed to one that has just died would hang, neither answered nor closed.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ serialization: 'advanced' });
  cluster.on('message', (worker, message: FromWorker) => receive(worker.id, message));
  cluster.on('exit', (worker, code, signal) => ended(worker.id, code, signal));
  process.on('SIGHUP', () => {
    for (const worker of workers.values()) worker.process.kill('SIGHUP');
  });
  process.on('SIGTERM', () => drain(143));
  process.on('SIGINT', () => drain(130));
  start();

  function start(): void {
    const worker = cluster.fork();
    const began = performance.now();
    workers.set(worker.id, worker);
    changes.enter(worker.id);
    worker.once('exit', () => {
      if (!served || draining) return;
      setTimeout(() => !draining && start(), performance.now() - began < TOO_SOON ? TOO_SOON : 0);
    });
    worker.once('online', () => send(worker.id, { kind: 'hello', models }));
    // Ports are open: the others follow the first one.
    worker.once('listening', () => {
      if (served) return;
      served = true;
      for (let i = 1; i < count; i++) start();
    });
  }

  function receive(id: number, message: FromWorker): void {
    switch (message.kind) {
      case 'vote':
        changes.vote(id, message.change);
        break;
      case 'unvote':
        changes.unvote(id, message.change);
        break;
      case 'ack':
        changes.ack(id);
        break;
      case 'join':
        changes.join(id);
        break;
      case 'configure':
        models = message.models;
        for (const other of workers.keys()) if (other !== id) send(other, message);
        return;
      case 'collect':
        collect(id, message.id);
        break;
      case 'snapshot': {
        const collection = collections.get(`${message.id}`);
        collection?.snapshots.push(message.snapshot);
        answered(id);
        break;
      }
    }
  }

  function ended(id: number, code: number | null, signal: string | null): void {
    workers.delete(id);
    changes.leave(id);
    answered(id);
    if (draining) {
      leave();
      return;
    }
    if (!served) process.exit(code ?? 1);
    log(
      'E',
      'typelab',
      `Worker ${id} ended (${signal ?? `code ${code}`}); its running requests are lost. Starting another.`,
    );
  }

  function collect(asker: number, id: number): void {
    const snapshots: Snapshot[] = [];
    const left = new Set(workers.keys());
    const done = (): void => {
      collections.delete(`${id}`);
      send(asker, { kind: 'collected', id, snapshots });
    };
    collections.set(`${id}`, { left, snapshots, done });
    for (const worker of workers.keys()) send(worker, { kind: 'count', id });
  }

  function answered(worker: number): void {
    for (const { left, done } of [...collections.values()]) {
      left.delete(worker);
      if (left.size === 0) done();
    }
  }

  function drain(code: number): void {
    if (draining) {
      for (const worker of workers.values()) worker.process.kill('SIGKILL');
      process.exit(code);
    }
    draining = true;
    for (const id of workers.keys()) send(id, { kind: 'drain' });
    leave();
  }

  function leave(): void {
    if (workers.size === 0) process.exit(0);
  }
}
