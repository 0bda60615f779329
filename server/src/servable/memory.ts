import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StatusError } from '../codec/errors.ts';
import { idText, type VersionId } from './servable.ts';

export type MemoryLimits = {
  /** Bytes of all models together; Infinity: no limit. */
  total: number;
  /** How many processes have their copy each: `total` is the share of one. */
  processes?: number;
  /** Bytes of one version of a model. */
  ofModel(name: string): number;
};

/** What the loaded versions take, by the size of their files, as TF Serving estimates it before a load. */
export class Memory {
  #limits: MemoryLimits;
  #held = new Map<string, { name: string; bytes: number }>();

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#limits.total;
  }

  /** What the flag leaves to each process, in words. */
  get allowed(): string {
    const { total, processes = 1 } = this.#limits;
    return processes > 1 ? `each of the ${processes} processes ${mb(total)}` : mb(total);
  }

  get free(): number {
    return [...this.#held.values()].reduce((left, { bytes }) => left - bytes, this.#limits.total);
  }

  /** What a model's versions take. */
  heldBy(name: string): number {
    return [...this.#held.values()].reduce((sum, held) => sum + (held.name === name ? held.bytes : 0), 0);
  }

  /** Holds what a version takes until release(); the error where it does not fit. */
  reserve(id: VersionId, path: string): StatusError | undefined {
    const bytes = bytesOf(path);
    const limit = this.#limits.ofModel(id.name);
    const refused = bytes > limit ? `its limit is ${mb(limit)}` : bytes > this.free ? `${mb(this.free)} are free` : '';
    if (refused) {
      return new StatusError(
        'RESOURCE_EXHAUSTED',
        `Insufficient resources to load servable ${idText(id)}: it takes ${mb(bytes)}, ${refused}`,
      );
    }
    this.#held.set(idText(id), { name: id.name, bytes });
    return undefined;
  }

  release(id: VersionId): void {
    this.#held.delete(idText(id));
  }
}

/** The files of a version folder; 0 when it is gone. */
export function bytesOf(path: string): number {
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(join(path, name)))
      .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
  } catch {
    return 0;
  }
}

export const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
