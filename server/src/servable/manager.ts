import type { Log } from '../log.ts';
import type { AspiredVersion } from './source.ts';
import { StateBoard } from './states.ts';
import { type LoadOptions, Version } from './version.ts';

/**
 * Brings what is served in line with what is wanted, one step at a time and as TF Serving's availability-preserving policy does:
 * a new version is loaded (highest first) before an old one goes, so there is always one that answers.
 */
export class Manager {
  readonly board = new StateBoard();
  #models = new Map<string, Map<bigint, Version>>();
  /** Wanted while a version of the same number is still on its way out; looked at again once it is gone. */
  #postponed = new Map<string, AspiredVersion[]>();
  #running = new Map<string, Promise<void>>();
  #options: LoadOptions;
  #log: Log;

  constructor(options: LoadOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /** Sets the versions of a model that should be served; none unloads it. */
  aspire(name: string, wanted: AspiredVersion[]): void {
    const versions = this.#versions(name);
    const reaspired = wanted.some(({ version }) => {
      const current = versions.get(version);
      return current && !current.aspired && (current.phase === 'loading' || current.phase === 'quiescing');
    });
    this.#postponed.delete(name);
    if (reaspired) {
      this.#postponed.set(name, wanted);
      return;
    }
    for (const current of versions.values()) {
      if (!wanted.some(({ version }) => version === current.id.version)) current.cancelLoad();
    }
    for (const { version, path } of wanted) {
      const current = versions.get(version);
      // A version that failed is not tried again while it stays on disk.
      if (current?.aspired) continue;
      if (current?.phase === 'ready') {
        current.aspired = true;
        continue;
      }
      versions.set(version, new Version({ name, version }, path, this.#log, this.board));
    }
    this.#drive(name);
  }

  /** The highest version that is available, or just the one asked for. */
  find(name: string, version?: bigint): Version | undefined {
    let best: Version | undefined;
    for (const candidate of this.#models.get(name)?.values() ?? []) {
      if (candidate.phase !== 'ready' || (version !== undefined && candidate.id.version !== version)) continue;
      if (!best || candidate.id.version > best.id.version) best = candidate;
    }
    return best;
  }

  /** A load that waits for its next try begins it early where the folder has changed since the last one. */
  nudge(): void {
    for (const versions of this.#models.values()) for (const version of versions.values()) version.nudge();
  }

  /** Whether a request is using one of the model's versions. */
  inUse(name: string): boolean {
    return [...(this.#models.get(name)?.values() ?? [])].some(({ inUse }) => inUse);
  }

  /** Names of the models that are wanted or still served. */
  names(): string[] {
    return [...this.#models].filter(([, versions]) => versions.size > 0).map(([name]) => name);
  }

  /** Unloads everything, after the requests that run. */
  async close(): Promise<void> {
    this.#log('I', 'unload all', 'Unload all remaining servables in the manager.');
    for (const name of this.#models.keys()) this.aspire(name, []);
    await Promise.all(this.#running.values());
  }

  #versions(name: string): Map<bigint, Version> {
    const versions = this.#models.get(name) ?? new Map<bigint, Version>();
    this.#models.set(name, versions);
    return versions;
  }

  /** One loop for each model, so that a model that retries does not hold up another. */
  #drive(name: string): void {
    if (this.#running.has(name)) return;
    this.#running.set(name, Promise.resolve());
    const loop = this.#settle(name);
    if (this.#running.has(name)) this.#running.set(name, loop);
  }

  async #settle(name: string): Promise<void> {
    for (;;) {
      const versions = this.#versions(name);
      for (const [number, version] of versions) {
        const over =
          version.phase === 'gone' || (!version.aspired && (version.phase === 'new' || version.phase === 'error'));
        if (over) versions.delete(number);
      }
      const postponed = this.#postponed.get(name);
      if (postponed && ![...versions.values()].some(({ aspired }) => !aspired)) this.aspire(name, postponed);
      const step = nextStep([...versions.values()]);
      if (!step) {
        // At once, not in a finally: what is aspired from now on starts a loop of its own.
        this.#running.delete(name);
        return;
      }
      await (step.kind === 'load' ? step.version.load(this.#options) : step.version.unload());
    }
  }
}

type Step = { kind: 'load' | 'unload'; version: Version };

/** The availability-preserving policy: lowest unwanted version out once a wanted one is ready, else highest new one in. */
export function nextStep(versions: Version[]): Step | undefined {
  const lowestFirst = [...versions].sort((a, b) => (a.id.version < b.id.version ? -1 : 1));
  const aspired = lowestFirst.filter((version) => version.aspired);
  const unwanted = lowestFirst.filter((version) => !version.aspired && version.phase === 'ready');
  const mayUnload = aspired.length === 0 || aspired.some(({ phase }) => phase === 'ready') || unwanted.length > 1;
  if (mayUnload && unwanted[0]) return { kind: 'unload', version: unwanted[0] };
  const next = aspired.findLast(({ phase }) => phase === 'new');
  return next && { kind: 'load', version: next };
}
