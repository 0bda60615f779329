import { StatusError } from '../codec/errors.ts';
import type { Council, Demand } from '../servable/demand.ts';
import type { Room } from '../servable/room.ts';
import type { FromPrimary, FromWorker } from './protocol.ts';

/** A worker's part in what is loaded on demand. */
export type MemberDemand = Council & {
  /** Who does here what is decided for all. */
  serve(demand: Demand): void;
  receive(message: Extract<FromPrimary, { kind: 'room' | 'demand' | 'refused' }>): Promise<void>;
  /** What the others had loaded when this worker started. */
  begin(awake: readonly string[]): void;
};

export function memberDemand(tell: (message: FromWorker) => void): MemberDemand {
  const asked = new Map<string, { resolve(): void; reject(error: StatusError): void }>();
  const early = new Set<string>();
  let own: Demand | undefined;

  async function decided(name: string, leaving: string[]): Promise<void> {
    if (own) return own.decide(name, leaving);
    for (const other of leaving) early.delete(other);
    early.add(name);
  }

  return {
    makeRoom(name) {
      tell({ kind: 'wake', name });
      return new Promise((resolve, reject) => asked.set(name, { resolve, reject }));
    },
    asleep: (name) => tell({ kind: 'asleep', name }),
    begin(awake) {
      for (const name of awake) early.add(name);
    },
    serve(demand) {
      own = demand;
      for (const name of early) demand.decide(name, []);
    },
    async receive(message) {
      const { kind, name } = message;
      if (kind === 'room') return tell({ kind: 'room', call: message.call, room: own?.room(name) ?? EMPTY });
      const { resolve, reject } = asked.get(name) ?? {};
      asked.delete(name);
      if (kind === 'refused') {
        const error = new StatusError(message.error.code, message.error.message);
        error.retryAfter = message.error.retryAfter;
        return reject?.(error);
      }
      await decided(name, message.leaving);
      tell({ kind: 'made', call: message.call });
      resolve?.();
    },
  };
}

/** One that has not loaded anything yet follows whatever the others decide. */
const EMPTY: Room = { need: 0, free: 0, loaded: [] };
