import type { StatusError } from '../codec/errors.ts';

/** A version's life as clients see it; the numbers are those of GetModelStatusResponse. */
export const STATES = { START: 10, LOADING: 20, AVAILABLE: 30, UNLOADING: 40, END: 50 } as const;
export type State = keyof typeof STATES;
export type VersionState = {
  state: State;
  error: StatusError | undefined /** The board's change that made it so. */;
  change: number;
};

/** What every version that was ever seen is doing. Unloaded and failed ones stay listed as END. */
export class StateBoard {
  #models = new Map<string, Map<bigint, VersionState>>();
  #watchers = new Set<() => void>();
  /** How often something changed: what happens from now on has a higher number. */
  changes = 0;

  set(name: string, version: bigint, state: State, error?: StatusError): void {
    const versions = this.#models.get(name) ?? new Map<bigint, VersionState>();
    this.#models.set(name, versions.set(version, { state, error, change: ++this.changes }));
    this.look();
  }

  /** Those who wait look again: what they wait for may hang on more than states. */
  look(): void {
    for (const watcher of this.#watchers) watcher();
  }

  get(name: string, version: bigint): VersionState | undefined {
    return this.#models.get(name)?.get(version);
  }

  /** Highest version first; empty for a model that was never seen. */
  versions(name: string): [bigint, VersionState][] {
    return [...(this.#models.get(name) ?? [])].sort(([a], [b]) => (a < b ? 1 : -1));
  }

  names(): string[] {
    return [...this.#models.keys()];
  }

  /** Resolves once `ready` says true; asked again after every change. */
  until(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise((resolve) => {
      const watcher = (): void => {
        if (!ready()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }
}
