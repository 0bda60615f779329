import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findModel, withLabel, withVersions } from './model-block.ts';
import { type ModelVersion, modelVersions } from './model-versions.ts';

export type ServingOptions = {
  /** REST address of the server. */
  url: string;
  /** The file that the server was given as --model_config_file. */
  config?: string;
  /** The server's process, told by SIGHUP to read the file again; without it, the server must poll the file. */
  pid?: number;
  /** Seconds until the server must have done it. */
  timeout: number;
};

/** `typelab versions NAME`: one line for each version that the server has seen. */
export async function versions(name: string, { url }: ServingOptions): Promise<void> {
  for (const { version, state, labels, error } of await modelVersions(url, name)) {
    console.log([version.padEnd(8), state.padEnd(10), labels.join(','), error].join(' ').trimEnd());
  }
}

/** `typelab label NAME LABEL VERSION`: requests for the label go to that version. */
export async function label(name: string, text: string, version: string, options: ServingOptions): Promise<void> {
  checkVersion(version);
  await change(name, options, (config) => withLabel(config, name, text, version));
  const known = (seen: ModelVersion[]) => seen.some((one) => one.version === version && one.labels.includes(text));
  await until(name, options, known, `label "${text}" on version ${version}`);
  console.log(`${name}: ${text} → ${version}`);
}

/** `typelab rollback NAME [VERSION]`: only that version is served; without one, the one on disk below the newest that answers. */
export async function rollback(name: string, to: string | undefined, options: ServingOptions): Promise<void> {
  const before = await modelVersions(options.url, name);
  const { basePath } = findModel(readFileSync(configFile(options), 'utf8'), name);
  const version = to ?? previous(name, before, basePath);
  checkVersion(version);
  if (!onDisk(basePath).some((one) => one === BigInt(version))) {
    throw new Error(`${basePath} has no version ${version}; it has: ${onDisk(basePath).join(', ') || 'none'}`);
  }
  await change(name, options, (config) => withVersions(config, name, [version]));
  const only = (seen: ModelVersion[]): boolean =>
    seen.every((one) => (one.state === 'AVAILABLE') === (one.version === version)) &&
    seen.some((one) => one.version === version);
  await until(name, options, only, `version ${version}`);
  console.log(`${name}: serves version ${version}`);
}

function configFile({ config }: ServingOptions): string {
  if (config !== undefined) return resolve(config);
  throw new Error('give the file that the server was started with: --config FILE (its --model_config_file)');
}

function checkVersion(version: string): void {
  if (!/^\d+$/.test(version)) throw new Error(`a version is a number, not "${version}"`);
}

function previous(name: string, seen: ModelVersion[], basePath: string): string {
  const newest = seen.find(({ state }) => state === 'AVAILABLE');
  if (!newest)
    throw new Error(`no version of ${name} is available; say which one to serve: typelab rollback ${name} VERSION`);
  const lower = onDisk(basePath).find((version) => version < BigInt(newest.version));
  if (lower === undefined) throw new Error(`${basePath} has no version below ${newest.version}, which is served now`);
  return String(lower);
}

/** Highest first. */
function onDisk(basePath: string): bigint[] {
  if (!existsSync(basePath)) return [];
  const numbers = readdirSync(basePath).filter((name) => /^\d+$/.test(name));
  return numbers.map(BigInt).sort((a, b) => (a > b ? -1 : 1));
}

/** The file appears whole, so that a server that polls never reads half of it. */
async function change(name: string, options: ServingOptions, edit: (config: string) => string): Promise<void> {
  const file = configFile(options);
  const text = readFileSync(file, 'utf8');
  findModel(text, name);
  writeFileSync(`${file}.new`, edit(text));
  renameSync(`${file}.new`, file);
  if (options.pid !== undefined) process.kill(options.pid, 'SIGHUP');
}

async function until(
  name: string,
  { url, timeout, pid }: ServingOptions,
  done: (seen: ModelVersion[]) => boolean,
  what: string,
): Promise<void> {
  let seen: ModelVersion[] = [];
  for (
    const deadline = Date.now() + timeout * 1000;
    Date.now() < deadline;
    await new Promise((next) => setTimeout(next, 100))
  ) {
    seen = await modelVersions(url, name);
    if (done(seen)) return;
  }
  const failed = seen.find(({ error }) => error !== '');
  const hint = failed
    ? `version ${failed.version} failed: ${failed.error}`
    : pid === undefined
      ? 'does it poll? Start it with --model_config_file_poll_wait_seconds=1, or give its process with --pid'
      : 'its log says why';
  throw new Error(`the file is changed, but after ${timeout} s the server does not serve ${what}: ${hint}`);
}
