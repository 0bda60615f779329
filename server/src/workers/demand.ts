import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from '../servable/demand.ts';
import { noRoom, type Room, whoLeaves } from '../servable/room.ts';
import type { FromPrimary } from './protocol.ts';
import { RollCall } from './roll-call.ts';

/**
 * Which models are loaded on demand, decided for all workers: one that is asked for in one of them is loaded in all, and the same ones
 * leave for it everywhere, so that versions go on changing together. One decision at a time.
 */
export class CommonDemand {
  readonly rooms = new RollCall<Room>();
  readonly made = new RollCall<undefined>();
  #awake = new Set<string>();
  #turn: Promise<void> = Promise.resolve();
  #workers: () => number[];
  #send: (id: number, message: FromPrimary) => void;
  #patience: number;

  constructor(workers: () => number[], send: (id: number, message: FromPrimary) => void, patience = PATIENCE) {
    this.#workers = workers;
    this.#send = send;
    this.#patience = patience;
  }

  /** What a worker that starts has to load. */
  get awake(): string[] {
    return [...this.#awake];
  }

  wake(asker: number, name: string): void {
    this.#turn = this.#turn.then(() => this.#decide(asker, name));
  }

  /** It could not be loaded, or is no longer served. */
  asleep(name: string): void {
    this.#awake.delete(name);
  }

  leave(worker: number): void {
    this.rooms.leave(worker);
    this.made.leave(worker);
  }

  async #decide(asker: number, name: string): Promise<void> {
    if (this.#awake.has(name)) return this.#tell([asker], name, []);
    for (const end = performance.now() + this.#patience; ; await sleep(20)) {
      const rooms = await this.rooms.ask(this.#workers(), (id, call) => this.#send(id, { kind: 'room', call, name }));
      const leaving = whoLeaves(rooms);
      if (leaving) {
        for (const other of leaving) this.#awake.delete(other);
        this.#awake.add(name);
        return this.#tell(this.#workers(), name, leaving);
      }
      if (performance.now() < end) continue;
      const { code, message, retryAfter } = noRoom(name, rooms);
      return this.#send(asker, { kind: 'refused', name, error: { code, message, retryAfter } });
    }
  }

  async #tell(workers: number[], name: string, leaving: string[]): Promise<void> {
    await this.made.ask(workers, (id, call) => this.#send(id, { kind: 'demand', call, name, leaving }));
  }
}
