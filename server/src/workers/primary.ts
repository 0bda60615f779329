import cluster, { type Worker } from 'node:cluster';
import type { ModelConfig } from '../config/model-config.ts';
import type { Log } from '../log.ts';
import type { Snapshot } from '../metrics.ts';
import { Changes } from './changes.ts';
import { CommonDemand } from './demand.ts';
import type { FromPrimary, FromWorker } from './protocol.ts';
import { restartPauses } from './restarts.ts';
import { RollCall } from './roll-call.ts';

/**
 * The main process of --num_workers: it opens the ports, which the workers share, and starts one anew when it dies.
 * The first worker starts alone, so that a refused start is said once.
 */
export function runPrimary(count: number, log: Log): void {
  const workers = new Map<number, Worker>();
  const counts = new RollCall<Snapshot>();
  let models: readonly ModelConfig[] | undefined;
  let [served, draining] = [false, false];
  const pauseBefore = restartPauses();
  const send = (id: number, message: FromPrimary): void => {
    const worker = workers.get(id);
    // One that has just died has no channel; its exit is on the way.
    if (worker?.isConnected()) worker.send(message, () => {});
  };
  const changes = new Changes(send, (id, why) => {
    log('W', 'typelab', `Worker ${id} is replaced: ${why}`);
    send(id, { kind: 'drain' });
  });
  const demand = new CommonDemand(() => [...workers.keys()], send);
  // Workers accept by themselves: a connection handed to one that has just died would hang, neither answered nor closed.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ serialization: 'advanced' });
  cluster.on('message', (worker, message: FromWorker) => receive(worker.id, message));
  cluster.on('exit', (worker, code, signal) => ended(worker.id, code, signal));
  const reread = (finder?: number): void => {
    for (const [id, worker] of workers) if (id !== finder) worker.process.kill('SIGHUP');
  };
  process.on('SIGHUP', () => reread());
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
      const pause = pauseBefore(performance.now() - began);
      if (pause === 0) start();
      else setTimeout(() => !draining && start(), pause);
    });
    worker.once('online', () => send(worker.id, { kind: 'hello', models, first: !served, awake: demand.awake }));
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
      case 'open':
        // Ports are open: the others follow the first one.
        if (served) return;
        served = true;
        for (let i = 1; i < count; i++) start();
        break;
      case 'configure':
        models = message.models;
        for (const other of workers.keys()) if (other !== id) send(other, message);
        return;
      case 'reread':
        reread(id);
        break;
      case 'collect':
        counts
          .ask(workers.keys(), (worker, call) => send(worker, { kind: 'count', call }))
          .then((snapshots) => send(id, { kind: 'collected', id: message.id, snapshots }));
        return;
      case 'snapshot':
        counts.answer(id, message.call, message.snapshot);
        break;
      case 'wake':
        demand.wake(id, message.name);
        break;
      case 'asleep':
        demand.asleep(message.name);
        break;
      case 'room':
        demand.rooms.answer(id, message.call, message.room);
        break;
      case 'made':
        demand.made.answer(id, message.call, undefined);
        break;
    }
  }

  function ended(id: number, code: number | null, signal: string | null): void {
    workers.delete(id);
    changes.leave(id);
    counts.leave(id);
    demand.leave(id);
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
