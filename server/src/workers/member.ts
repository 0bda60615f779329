import type { ModelConfig } from '../config/model-config.ts';
import type { Metrics, Snapshot } from '../metrics.ts';
import { idText, type Together, type VersionId } from '../servable/servable.ts';
import type { Change, FromPrimary, FromWorker } from './protocol.ts';

/** A worker's side of the talk with the main process. */
export type Member = {
  /** The configuration that came by gRPC before this worker was there. */
  hello: Promise<readonly ModelConfig[] | undefined>;
  together: Together;
  /** Set while a version changes in all workers: requests that have not begun wait for it. */
  hold(): Promise<void> | undefined;
  /** Resolves when this worker serves what the others do. */
  join(): Promise<void>;
  share(models: readonly ModelConfig[]): void;
  onConfigure(configure: (models: readonly ModelConfig[]) => void): void;
  onDrain(drain: () => void): void;
  /** From now on nobody is waited for. */
  leave(): void;
  /** What this worker counts, for whoever is asked. */
  counts(metrics: Metrics): void;
  /** The metrics of all workers as one page. */
  page(): Promise<string>;
};

export function joinPrimary(): Member {
  const waiting = new Map<Change, () => void>();
  const asked = new Map<number, (snapshots: Snapshot[]) => void>();
  let [left, questions] = [false, 0];
  let gate: { promise: Promise<void>; open: () => void } | undefined;
  let metrics: Metrics | undefined;
  let configure: (models: readonly ModelConfig[]) => void = () => {};
  let drain: () => void = () => {};
  const [hello, greeted] = later<readonly ModelConfig[] | undefined>();
  const [welcome, welcomed] = later<void>();
  process.on('message', receive);

  async function receive(message: FromPrimary): Promise<void> {
    switch (message.kind) {
      case 'hello':
        greeted(message.models);
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
        tell({ kind: 'snapshot', id: message.id, snapshot: (await metrics?.snapshot()) ?? [] });
        break;
      case 'collected':
        asked.get(message.id)?.(message.snapshots);
        asked.delete(message.id);
        return;
      case 'drain':
        drain();
        break;
    }
  }

  return {
    hello,
    together: {
      ready(kind: 'load' | 'unload', id: VersionId): Promise<void> {
        if (left) return Promise.resolve();
        const change = `${kind} ${idText(id)}`;
        tell({ kind: 'vote', change });
        return new Promise((resolve) => waiting.set(change, resolve));
      },
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
    share: (models) => tell({ kind: 'configure', models }),
    onConfigure: (then) => (configure = then),
    onDrain: (then) => (drain = then),
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
