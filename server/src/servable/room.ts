import { StatusError } from '../codec/errors.ts';
import { mb } from './memory.ts';

/** What one process says of a model that wants to be loaded. */
export type Room = {
  /** Bytes that the model takes, and that are free. */
  need: number;
  free: number;
  loaded: Loaded[];
};
export type Loaded = {
  name: string;
  bytes: number;
  /** Milliseconds since it was last asked. */
  idle: number;
  /** A request is using it, or waits for it. */
  busy: boolean;
};

/**
 * Who leaves so that a model fits into each of the processes that serve the same ones: those that nobody has asked for longest, and
 * none that is used anywhere. undefined where that does not help now.
 */
export function whoLeaves(rooms: readonly Room[]): string[] | undefined {
  const names = new Set(rooms.flatMap(({ loaded }) => loaded.map(({ name }) => name)));
  const idleEverywhere = [...names]
    .map((name) => rooms.flatMap(({ loaded }) => loaded.filter((one) => one.name === name)))
    .filter((copies) => !copies.some(({ busy }) => busy))
    .map((copies) => ({ name: (copies[0] as Loaded).name, idle: Math.min(...copies.map(({ idle }) => idle)) }))
    .sort((a, b) => b.idle - a.idle);
  const leaving = new Set<string>();
  const fits = ({ need, free, loaded }: Room): boolean =>
    loaded.reduce((sum, { name, bytes }) => sum + (leaving.has(name) ? bytes : 0), free) >= need;
  for (const { name } of idleEverywhere) {
    if (rooms.every(fits)) break;
    leaving.add(name);
  }
  return rooms.every(fits) ? [...leaving] : undefined;
}

/** Seconds after which a model that found no room may be asked again. */
export const SOON = 1;

export function noRoom(name: string, rooms: readonly Room[]): StatusError {
  const { need, free } = rooms.reduce((tightest, room) =>
    room.free - room.need < tightest.free - tightest.need ? room : tightest,
  );
  const error = new StatusError(
    'UNAVAILABLE',
    `Model ${name} cannot be loaded: ${mb(free)} of --max_loaded_models_mb are free, it takes ${mb(need)}, and all loaded models are in use`,
  );
  error.retryAfter = SOON;
  return error;
}
