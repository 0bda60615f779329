import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { standIns } from '../../../lib/saved-model/replaced.ts';
import { StatusError, statusText } from '../codec/errors.ts';
import type { ModelConfig } from '../config/model-config.ts';
import type { Log } from '../log.ts';

/** A version that a model should serve, and the folder that holds it. */
export type AspiredVersion = { version: bigint; path: string };

/**
 * Looks once at the base paths. As in TF Serving, one that is missing drops the whole round: nothing is unloaded because a
 * network disk went away for a moment. `found` gets every model's versions only when all could be read.
 */
export function pollModels(models: readonly ModelConfig[], log: Log): Map<string, AspiredVersion[]> | undefined {
  const found = new Map<string, AspiredVersion[]>();
  for (const model of models) {
    const versions = pollModel(model, log);
    if (versions instanceof StatusError) {
      log(
        'E',
        'access error',
        `FileSystemStoragePathSource encountered a filesystem access error: ${versions.message}`,
      );
      return undefined;
    }
    found.set(model.name, versions);
  }
  return found;
}

function pollModel(model: ModelConfig, log: Log): AspiredVersion[] | StatusError {
  const { name, basePath, policy } = model;
  if (!existsSync(basePath)) {
    const cause = new StatusError('NOT_FOUND', `${basePath} not found`);
    return new StatusError(
      'INVALID_ARGUMENT',
      `Could not find base path ${basePath} for servable ${name} with error ${statusText(cause)}`,
    );
  }
  let children: string[];
  try {
    children = readdirSync(basePath).sort();
  } catch (error) {
    return new StatusError('PERMISSION_DENIED', (error as Error).message);
  }
  const byVersion = new Map<bigint, string>();
  // What saveModel replaces, or died replacing, is still served: a version must not go for a moment.
  const waiting = new Map([...standIns(children)].map(([version, folder]) => [folder, version]));
  for (const child of children) {
    const version = versionOf(waiting.get(child) ?? child);
    if (version === undefined) continue;
    const other = byVersion.get(version);
    if (other !== undefined && policy.kind !== 'all') {
      log(
        'W',
        'duplicate',
        `Duplicate version directories detected. Version ${version} will be loaded from ${child}, ${other} will be ignored.`,
      );
    }
    byVersion.set(version, child);
  }
  const numbers = [...byVersion.keys()].sort((a, b) => (a < b ? 1 : -1));
  const wanted = pick(numbers, model, log);
  const noneRequested = policy.kind === 'specific' && policy.versions.length === 0;
  if (wanted.length === 0 && !noneRequested) {
    log(
      'W',
      'no versions',
      `No versions of servable ${name} found under base path ${basePath}. Did you forget to name your leaf directory as a number (eg. '/1/')?${contents(children)}`,
    );
  }
  return wanted.map((version) => ({ version, path: join(basePath, byVersion.get(version) as string) }));
}

/** The whole name must be an int64 as absl::SimpleAtoi reads it: blanks around it and a sign are allowed. */
export function versionOf(name: string): bigint | undefined {
  const text = name.trim();
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const version = text.startsWith('+') ? BigInt(text.slice(1)) : BigInt(text);
  return version >= -(2n ** 63n) && version < 2n ** 63n ? version : undefined;
}

function pick(numbers: bigint[], { name, policy }: ModelConfig, log: Log): bigint[] {
  if (policy.kind === 'all') return numbers;
  if (policy.kind === 'latest') return numbers.slice(0, Math.max(policy.count, 1));
  if (policy.versions.length === 0) log('W', 'none requested', `No specific versions requested for servable ${name}.`);
  for (const version of policy.versions) {
    if (numbers.includes(version)) continue;
    log(
      'W',
      'not found',
      `Version ${version} of servable ${name}, which was requested to be served as a 'specific' version in the servable's version policy, was not found in the file system`,
    );
  }
  return numbers.filter((version) => policy.versions.includes(version));
}

/** TF Serving stops at the hint; what lies in the folder is usually the answer. */
function contents(children: string[]): string {
  if (children.length === 0) return ' The folder is empty.';
  const shown = children.slice(0, 10).join(', ');
  return ` It contains: ${shown}${children.length > 10 ? ` and ${children.length - 10} more` : ''}.`;
}
