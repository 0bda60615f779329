import { StatusError } from '../codec/errors.ts';

/** Who waits for a run. */
export type Caller = {
  /** In performance.now()'s milliseconds, which no change of the clock moves: later nobody waits any more. */
  readonly deadline: number;
  /** Whether the client has hung up or cancelled. */
  gone(): boolean;
  /** Called when its run begins. */
  begun?: (() => void) | undefined;
};

export const NOBODY: Caller = { deadline: Infinity, gone: () => false };

/** A run in steps: it may be paused after each, and given up by return(). */
export type Steps<T> = Generator<void, T>;

/** What one model may ask for. */
export type LaneLimits = {
  /** Runs that wait; one more is refused. */
  maxQueued: number;
};

/** Milliseconds that a model may run before the others, and the sockets, have their turn. */
const SLICE = 5;

/**
 * One thread for all models, shared fairly. A run begins at once where its model has not just had its time, and most end there: a
 * small model never waits in a queue. One that takes longer pauses between two steps of its graph, so that 200 ms of one model
 * cost another's request no more than the longest single step; those that wait get equal shares of the time, not of the runs.
 */
export class Turns {
  #lanes = new Set<Lane>();
  #waiting = new Set<Lane>();
  #scheduled = false;
  #clock = 0;
  #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  lane(name: string, limits: LaneLimits): Lane {
    const lane = new Lane(name, limits);
    this.#lanes.add(lane);
    return lane;
  }

  close(lane: Lane): void {
    this.#lanes.delete(lane);
  }

  /** The result, or a promise of it where the run has to wait or to pause. */
  run<T>(lane: Lane, caller: Caller, begin: () => Steps<T>, maxQueued: number = lane.limits.maxQueued): T | Promise<T> {
    const ended: { value?: T; error?: unknown } = {};
    const job = { caller, begin, steps: undefined, ended } as Job<unknown>;
    if (lane.queue.length === 0 && lane.used < SLICE) {
      if (this.#advance(lane, job, SLICE)) {
        if (lane.used >= SLICE) this.#schedule();
        if ('error' in ended) throw ended.error;
        return ended.value as T;
      }
    } else this.#admit(lane, caller, maxQueued);
    lane.queue.push(job);
    if (!this.#waiting.has(lane)) lane.spent = Math.max(lane.spent, this.#clock);
    this.#waiting.add(lane);
    this.#schedule();
    return new Promise<T>((resolve, reject) => {
      job.settle = () => ('error' in ended ? reject(ended.error) : resolve(ended.value as T));
    });
  }

  /** Refused at once rather than after a wait that nobody sits out. */
  #admit(lane: Lane, caller: Caller, maxQueued: number): void {
    if (lane.queue.length >= maxQueued) this.#dropTheGone(lane);
    const wait = lane.queue.length * lane.average * Math.max(1, this.#waiting.size);
    const late = this.#now() + wait > caller.deadline;
    if (lane.queue.length < maxQueued && !late) return;
    const why = late ? 'the deadline passes before its turn comes' : `--max_queued_requests=${maxQueued}`;
    const error = new StatusError(
      'UNAVAILABLE',
      `The queue of model ${lane.name} is full: ${lane.queue.length} requests wait, which takes about ${Math.ceil(wait)} ms (${why})`,
    );
    error.retryAfter = wait / 1000;
    throw error;
  }

  #dropTheGone(lane: Lane): void {
    for (const job of lane.queue.filter(({ caller }) => caller.gone() || caller.deadline <= this.#now())) {
      this.#advance(lane, job, 0);
      lane.queue.splice(lane.queue.indexOf(job), 1);
      job.settle?.();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the sockets have been looked at: what is short and has just come in goes first.
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    for (const lane of this.#lanes) lane.used = 0;
    for (const end = this.#now() + SLICE; this.#waiting.size > 0 && this.#now() < end; ) {
      const lane = [...this.#waiting].reduce((least, other) => (other.spent < least.spent ? other : least));
      this.#clock = lane.spent;
      const job = lane.queue[0] as Job<unknown>;
      if (!this.#advance(lane, job, end - this.#now())) continue;
      lane.queue.shift();
      if (lane.queue.length === 0) this.#waiting.delete(lane);
      job.settle?.();
    }
    if (this.#waiting.size > 0) this.#schedule();
  }

  /** Runs for about `budget` milliseconds; true when it is over. */
  #advance(lane: Lane, job: Job<unknown>, budget: number): boolean {
    const { caller, ended } = job;
    const start = this.#now();
    let now = start;
    try {
      if (caller.gone()) throw new StatusError('CANCELLED', 'The client has gone away');
      if (caller.deadline <= now) throw late();
      if (!job.steps) {
        caller.begun?.();
        job.steps = job.begin();
      }
      for (;;) {
        const { done, value } = job.steps.next();
        now = this.#now();
        if (done) {
          ended.value = value;
          break;
        }
        if (caller.deadline <= now) throw late();
        if (now - start >= budget) return false;
      }
    } catch (error) {
      job.steps?.return(undefined);
      ended.error = error;
    } finally {
      const took = now - start;
      lane.used += took;
      lane.spent += took;
      job.took = (job.took ?? 0) + took;
    }
    lane.average += (job.took - lane.average) / (lane.average === 0 ? 1 : 4);
    return true;
  }
}

/** In the words of TensorFlow's session. */
const late = (): StatusError => new StatusError('DEADLINE_EXCEEDED', 'Timed out waiting for notification');

/** The runs of one model, in the order in which they came. */
export class Lane {
  readonly name: string;
  readonly limits: LaneLimits;
  readonly queue: Job<unknown>[] = [];
  /** Milliseconds since the last turn, and altogether; the latter is put forward while the lane rests. */
  used = 0;
  spent = 0;
  /** Milliseconds of a run, lately. */
  average = 0;

  constructor(name: string, limits: LaneLimits) {
    this.name = name;
    this.limits = limits;
  }
}

/** Does the steps one after the other, and lets the sockets have their turn as often as a model would. */
export async function inSlices<T>(steps: Steps<T>): Promise<T> {
  for (let end = performance.now() + SLICE; ; ) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < end) continue;
    await new Promise((resolve) => setImmediate(resolve));
    end = performance.now() + SLICE;
  }
}

type Job<T> = {
  caller: Caller;
  begin: () => Steps<T>;
  steps: Steps<T> | undefined;
  ended: { value?: T; error?: unknown };
  took?: number;
  settle?: () => void;
};
