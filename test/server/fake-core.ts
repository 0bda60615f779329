import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelConfig } from '../../server/src/config/model-config.ts';
import { createLog } from '../../server/src/log.ts';
import type { ServableModel } from '../../server/src/servable/servable.ts';
import { type CoreOptions, ServerCore } from '../../server/src/servable/server-core.ts';

/** A base folder with empty-looking but complete version folders. */
export function baseFolder(...versions: (number | string)[]): string {
  const base = mkdtempSync(join(tmpdir(), 'typelab-server-'));
  for (const version of versions) addVersion(base, version);
  return base;
}

export function addVersion(base: string, version: number | string): void {
  mkdirSync(join(base, String(version)), { recursive: true });
  writeFileSync(join(base, String(version), 'saved_model.pb'), '');
}

export function config(name: string, basePath: string, more: Partial<ModelConfig> = {}): ModelConfig {
  return {
    name,
    basePath,
    platform: 'tensorflow',
    modelType: 0,
    policy: { kind: 'latest', count: 1 },
    labels: new Map(),
    ...more,
  };
}

/** A core whose models come from `open` instead of from disk; polls only when told. */
export function fakeCore(
  open: (path: string) => ServableModel | Promise<ServableModel>,
  more: Partial<CoreOptions> = {},
) {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  const core = new ServerCore({ log, open, tags: ['serve'], maxRetries: 0, retryInterval: 0, pollSeconds: 0, ...more });
  /** The log's texts without time and place. */
  const texts = (): string[] => lines.map((line) => line.replace(/^[^\]]*\] /, '').trimEnd());
  return { core, lines, texts };
}
