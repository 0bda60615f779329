import { setTimeout as sleep } from 'node:timers/promises';
import { StatusError, statusText } from '../codec/errors.ts';
import type { Log } from '../log.ts';
import type { Manager } from './manager.ts';
import { bytesOf, type Memory, mb } from './memory.ts';
import { noRoom, type Room, SOON, whoLeaves } from './room.ts';
import { idText } from './servable.ts';
import type { AspiredVersion } from './source.ts';

/** What is counted of models that come and go. */
export type DemandReport = {
  coldLoad(model: string, status: string, micros: number): void;
  eviction(model: string): void;
};

/** Where several processes serve the same models, it is decided for all of them which are loaded. */
export type Council = {
  /** Resolves when there is room for the model and all processes load it; rejects when there is none. */
  makeRoom(name: string): Promise<void>;
  /** It could not be loaded, or is no longer served. */
  asleep(name: string): void;
};

/** Milliseconds for which a model that could not be loaded is not tried again. */
const REST = 10_000;
/** Milliseconds to wait for a model that nobody uses, where all that are loaded are in use. */
export const PATIENCE = 10_000;

/**
 * Models that are loaded by their first request and leave when others need the memory: the least recently used first, and never one
 * that a request is using. A cold model's versions are listed as START, which says there "known, but nothing has been done".
 */
export class Demand {
  #manager: Manager;
  #memory: Memory;
  #log: Log;
  #report: DemandReport | undefined;
  #council: Council;
  #found = new Map<string, AspiredVersion[]>();
  /** When those that are loaded or on their way were last asked. */
  #awake = new Map<string, number>();
  #waking = new Map<string, Promise<void>>();
  #failed = new Map<string, { error: StatusError; until: number }>();

  constructor(manager: Manager, memory: Memory, log: Log, report: DemandReport | undefined, council?: Council) {
    this.#manager = manager;
    this.#memory = memory;
    this.#log = log;
    this.#report = report;
    this.#council = council ?? alone(this);
  }

  /** What the disk has of a model now. */
  found(name: string, versions: AspiredVersion[]): void {
    this.#found.set(name, versions);
    if (!this.#awake.has(name)) {
      this.#list(name);
      return;
    }
    this.#manager.aspire(name, versions);
    if (versions.length > 0 && !this.#manager.find(name)) this.#expect(name);
  }

  /** The configuration has it no more. */
  drop(name: string): void {
    this.found(name, []);
    this.#found.delete(name);
    this.#failed.delete(name);
    if (this.#awake.delete(name)) this.#council.asleep(name);
  }

  /** undefined when the model can be asked now; else resolves when it can, or rejects with what went wrong. */
  wake(name: string): Promise<void> | undefined {
    const versions = this.#found.get(name);
    if (!versions || versions.length === 0) return undefined;
    const waking = this.#waking.get(name);
    if (waking) return waking;
    if (this.#awake.has(name)) {
      this.#awake.set(name, performance.now());
      return undefined;
    }
    const failed = this.#failed.get(name);
    if (failed && failed.until > performance.now()) return Promise.reject(failed.error);
    return this.#remember(name, this.#load(name));
  }

  /** What would have to happen here for a model to be loaded. */
  room(name: string): Room {
    const now = performance.now();
    return {
      need: this.#bytesOf(name),
      free: this.#memory.free,
      loaded: [...this.#awake].map(([other, asked]) => ({
        name: other,
        bytes: this.#memory.heldBy(other),
        idle: now - asked,
        busy: this.#waking.has(other) || this.#manager.inUse(other),
      })),
    };
  }

  /** Unloads some, then sets one going; resolves before that is loaded. */
  async decide(name: string, leaving: readonly string[]): Promise<void> {
    await Promise.all(leaving.map((other) => this.#evict(other, name)));
    this.#awake.set(name, performance.now());
    const versions = this.#found.get(name);
    // A process that starts beside others hears of it before it has looked at the disk.
    if (versions) this.found(name, versions);
  }

  async #load(name: string): Promise<void> {
    const began = performance.now();
    const count = (status: string): void => this.#report?.coldLoad(name, status, (performance.now() - began) * 1000);
    try {
      const need = this.#bytesOf(name);
      if (need > this.#memory.total) {
        throw new StatusError(
          'RESOURCE_EXHAUSTED',
          `Model ${name} takes ${mb(need)}; --max_loaded_models_mb allows ${this.#memory.allowed}`,
        );
      }
      let here = false;
      // Others may decide meanwhile that it leaves again, which is no failure of its own: it is asked for anew.
      while (!here && (this.#found.get(name) ?? []).length > 0) {
        await this.#council.makeRoom(name);
        here = await this.#arrived(name);
      }
      count(here ? 'OK' : 'CANCELLED');
    } catch (error) {
      const status = error as StatusError;
      count(status.code);
      this.#giveUp(name, status);
      throw status;
    }
  }

  /** What others wanted to be loaded is waited for like what is wanted here. */
  #expect(name: string): void {
    if (this.#waking.has(name)) return;
    const settled = this.#arrived(name).then(
      // Who waited and finds it gone again asks for it.
      () => {},
      (error) => {
        this.#giveUp(name, error as StatusError);
        throw error;
      },
    );
    this.#remember(name, settled).catch(() => {});
  }

  #remember(name: string, waking: Promise<void>): Promise<void> {
    const ended = waking.finally(() => this.#waking.delete(name));
    this.#waking.set(name, ended);
    return ended;
  }

  /** false: it was decided meanwhile that it leaves. */
  async #arrived(name: string): Promise<boolean> {
    const wanted = this.#found.get(name) ?? [];
    await this.#manager.board.until(() => wanted.every(({ version }) => this.#settled(name, version)));
    if (this.#manager.find(name)) return true;
    if (!this.#awake.has(name)) return false;
    throw this.#errorOf(name, wanted);
  }

  #giveUp(name: string, error: StatusError): void {
    if (this.#awake.delete(name)) {
      this.#manager.aspire(name, []);
      this.#council.asleep(name);
    }
    // What was only busy may be asked again at once.
    if (error.retryAfter !== SOON) this.#failed.set(name, { error, until: performance.now() + REST });
  }

  #bytesOf(name: string): number {
    return (this.#found.get(name) ?? []).reduce((sum, { path }) => sum + bytesOf(path), 0);
  }

  async #evict(name: string, forWhom: string): Promise<void> {
    if (!this.#awake.delete(name)) return;
    this.#log('I', 'typelab', `Unloading model ${name}, the least recently used, for another's memory`);
    // Of all processes the one that was asked counts it.
    if (this.#waking.has(forWhom)) this.#report?.eviction(name);
    const versions = this.#manager.board.versions(name).map(([version]) => version);
    this.#manager.aspire(name, []);
    await this.#manager.board.until(() => versions.every((version) => this.#gone(name, version)));
    this.#list(name);
  }

  /** A cold model's versions, and no longer those that the disk has lost. */
  #list(name: string): void {
    const { board } = this.#manager;
    const versions = this.#found.get(name) ?? [];
    for (const { version } of versions) {
      const state = board.get(name, version);
      // What could not be loaded stays visible.
      if (!state || (state.state === 'END' && !state.error)) board.set(name, version, 'START');
    }
    for (const [version, { state }] of board.versions(name)) {
      if (state === 'START' && !versions.some((other) => other.version === version)) board.set(name, version, 'END');
    }
  }

  #settled(name: string, version: bigint): boolean {
    const state = this.#manager.board.get(name, version)?.state;
    return state !== 'START' && state !== 'LOADING';
  }

  #gone(name: string, version: bigint): boolean {
    return this.#settled(name, version) && this.#manager.board.get(name, version)?.state === 'END';
  }

  #errorOf(name: string, wanted: AspiredVersion[]): StatusError {
    const { version = 0n } = wanted[0] ?? {};
    const cause = this.#manager.board.get(name, version)?.error;
    const why = cause ? statusText(cause) : 'it was taken away meanwhile';
    const error = new StatusError('UNAVAILABLE', `${idText({ name, version })} could not be loaded on demand: ${why}`);
    error.retryAfter = REST / 1000;
    return error;
  }
}

/** Room is made for one at a time. */
function alone(demand: Demand): Council {
  let turn: Promise<unknown> = Promise.resolve();
  const make = async (name: string): Promise<void> => {
    for (const end = performance.now() + PATIENCE; ; await sleep(10)) {
      const room = demand.room(name);
      const leaving = whoLeaves([room]);
      if (leaving) return demand.decide(name, leaving);
      if (performance.now() > end) throw noRoom(name, [room]);
    }
  };
  return {
    makeRoom(name) {
      const made = turn.then(() => make(name));
      turn = made.catch(() => {});
      return made;
    },
    asleep: () => {},
  };
}
