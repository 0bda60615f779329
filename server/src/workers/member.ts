import type { ModelConfig } from '../config/model-config.ts';
import type { Metrics, Snapshot } from '../metrics.ts';
import { idText, type Together, type VersionId } from '../servable/servable.ts';
import { type MemberDemand, memberDemand } from './member-demand.ts';
import type { Change, FromPrimary, FromWorker } from './protocol.ts';

/** A worker's side of the talk with the main process. */
export type Member = {
  /** The configuration that came by gRPC before this worker was there, and whether it is the one that opens the ports. */
  hello: Promise<Hello>;
  together: Together;
  demand: MemberDemand;
  /** Set while a version changes in all workers: requests that have not begun wait for it. */
  hold(): Promise<void> | undefined;
  /** Resolves when this worker serves what the others do. */
  join(): Promise<void>;
  /** The ports are open. */
  opened(): void;
  share(models: readonly ModelConfig[]): void;
  /** The file of the configuration has changed: the others read it too. */
  reread(): void;
  onConfigure(configure: (models: readonly ModelConfig[]) => void): void;
  onDrain(drain: () => void): void;
  /** From now on nobody is waited for. */
  leave(): void;
  /** What this worker counts, for whoever is asked. */
  counts(metrics: Metrics): void;
  /** The metrics of all workers as one page. */
  page(): Promise<string>;
};

export type Hello = Pick<Extract<FromPrimary, { kind: 'hello' }>, 'models' | 'first'>;

export function joinPrimary(): Member {
  const waiting = new Map<Change, () => void>();
  const asked = new Map<number, (snapshots: Snapshot[]) => void>();
  let [left, questions, draining] = [false, 0, false];
  let gate: { promise: Promise<void>; open: () => void } | undefined;
  let metrics: Metrics | undefined;
  let configure: (models: readonly ModelConfig[]) => void = () => {};
  let drain: () => void = () => {};
  const [hello, greeted] = later<Hello>();
  const [welcome, welcomed] = later<void>();
  const demand = memberDemand(tell);
  process.on('message', receive);

  async function receive(message: FromPrimary): Promise<void> {
    switch (message.kind) {
      case 'hello':
        demand.begin(message.awake);
        greeted(message);
        break;
      case 'hold': {
        const [promise, open] = later<void>();
        gate = { promise, open };
        tell({ kind: 'ack' });
        break;
      }
      case 'apply':
        waiting.get(message.change)?.();
        waiting.delete(message.change);
        // After the promise's own continuation, which makes the change.
        return void setImmediate(() => tell({ kind: 'ack' }));
      case 'open':
        gate?.open();
        gate = undefined;
        return;
      case 'welcome':
        welcomed();
        break;
      case 'configure':
        configure(message.models);
        break;
      case 'count':
        tell({ kind: 'snapshot', call: message.call, snapshot: (await metrics?.snapshot()) ?? [] });
        break;
      case 'collected':
        asked.get(message.id)?.(message.snapshots);
        asked.delete(message.id);
        return;
      case 'drain':
        draining = true;
        drain();
        break;
      case 'room':
      case 'demand':
      case 'refused':
        return demand.receive(message);
    }
  }

  function vote(change: Change): Promise<void> {
    tell({ kind: 'vote', change });
    return new Promise((resolve) => waiting.set(change, resolve));
  }

  return {
    hello,
    demand,
    together: {
      ready(kind: 'load' | 'unload', id: VersionId): Promise<void> {
        if (left) return Promise.resolve();
        return vote(`${kind} ${idText(id)}`);
      },
      labelled: (text) => (left ? Promise.resolve() : vote(`labels ${text}`)),
      cancel(kind, id): void {
        const change = `${kind} ${idText(id)}`;
        const resolve = waiting.get(change);
        if (!resolve) return;
        waiting.delete(change);
        tell({ kind: 'unvote', change });
        resolve();
      },
    },
    hold: () => gate?.promise,
    join(): Promise<void> {
      tell({ kind: 'join' });
      return welcome;
    },
    opened: () => tell({ kind: 'open' }),
    share: (models) => tell({ kind: 'configure', models }),
    reread: () => tell({ kind: 'reread' }),
    onConfigure: (then) => (configure = then),
    onDrain(then): void {
      drain = then;
      // It may end before it has begun to serve.
      if (draining) then();
    },
    leave(): void {
      left = true;
      for (const resolve of waiting.values()) resolve();
      waiting.clear();
      welcomed();
    },
    counts: (own) => (metrics = own),
    async page(): Promise<string> {
      const id = process.pid * 1000 + (questions++ % 1000);
      const snapshots = new Promise<Snapshot[]>((resolve) => asked.set(id, resolve));
      tell({ kind: 'collect', id });
      return (metrics as Metrics).pageOf(await snapshots);
    },
  };
}

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

function later<T>(): [Promise<T>, (value: T) => void] {
  let settle: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => (settle = resolve));
  return [promise, settle];
}
