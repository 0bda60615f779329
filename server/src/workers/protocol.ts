import type { Code } from '../codec/errors.ts';
import type { ModelConfig } from '../config/model-config.ts';
import type { Snapshot } from '../metrics.ts';
import type { Room } from '../servable/room.ts';

/** A version that begins or stops to answer, or labels: `load plus 3`, `labels plus/stable=3`. The same text in every worker. */
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
  /** Its ports are open. */
  | { kind: 'open' }
  /** A configuration that came by gRPC, for the others. */
  | { kind: 'configure'; models: readonly ModelConfig[] }
  /** The file of the configuration has changed. */
  | { kind: 'reread' }
  /** Someone reads the metrics: everybody's are wanted. */
  | { kind: 'collect'; id: number }
  | { kind: 'snapshot'; call: number; snapshot: Snapshot }
  /** A request came for a model that is loaded on demand; answered by `demand` or `refused`. */
  | { kind: 'wake'; name: string }
  | { kind: 'room'; call: number; room: Room }
  /** Who had to leave has left, and the model is on its way. */
  | { kind: 'made'; call: number }
  /** A model that was on its way is not. */
  | { kind: 'asleep'; name: string };

/** What the main process tells a worker. */
export type FromPrimary =
  /**
   * The first message; `models` where a configuration came by gRPC since the start, `first` while no worker has opened the ports,
   * `awake` are the models that are loaded on demand.
   */
  | { kind: 'hello'; models: readonly ModelConfig[] | undefined; first: boolean; awake: string[] }
  /** New requests wait until `open`. */
  | { kind: 'hold' }
  | { kind: 'apply'; change: Change }
  | { kind: 'open' }
  | { kind: 'welcome' }
  | { kind: 'configure'; models: readonly ModelConfig[] }
  | { kind: 'count'; call: number }
  | { kind: 'collected'; id: number; snapshots: Snapshot[] }
  /** What would have to leave for a model? */
  | { kind: 'room'; call: number; name: string }
  /** All load the model; these leave first. */
  | { kind: 'demand'; call: number; name: string; leaving: string[] }
  | { kind: 'refused'; name: string; error: { code: Code; message: string; retryAfter: number | undefined } }
  | { kind: 'drain' };
