import type { ModelConfig } from '../config/model-config.ts';
import type { Snapshot } from '../metrics.ts';

/** A version that begins or stops to answer: `load plus 3`. The same text in every worker. */
export type Change = string;

/** What a worker tells the main process. */
export type FromWorker =
  /** It is ready for the change, and waits for the others. */
  | { kind: 'vote'; change: Change }
  /** It no longer wants it. */
  | { kind: 'unvote'; change: Change }
  /** It did what it was told: `hold` or `apply`. */
  | { kind: 'ack' }
  /** Its models are loaded; it listens as soon as it has what the others serve. */
  | { kind: 'join' }
  /** A configuration that came by gRPC, for the others. */
  | { kind: 'configure'; models: readonly ModelConfig[] }
  /** Someone reads the metrics: everybody's are wanted. */
  | { kind: 'collect'; id: number }
  | { kind: 'snapshot'; id: number; snapshot: Snapshot };

/** What the main process tells a worker. */
export type FromPrimary =
  /** The first message; `models` where a configuration came by gRPC since the start. */
  | { kind: 'hello'; models: readonly ModelConfig[] | undefined }
  /** New requests wait until `open`. */
  | { kind: 'hold' }
  | { kind: 'apply'; change: Change }
  | { kind: 'open' }
  | { kind: 'welcome' }
  | { kind: 'configure'; models: readonly ModelConfig[] }
  | { kind: 'count'; id: number }
  | { kind: 'collected'; id: number; snapshots: Snapshot[] }
  | { kind: 'drain' };
