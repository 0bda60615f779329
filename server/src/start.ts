import cluster from 'node:cluster';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppOptions } from './app.ts';
import { statusText, toStatus } from './codec/errors.ts';
import { type BatchingParameters, readBatchingConfig } from './config/batching-config.ts';
import { type FlagValues, idleFlags, parseFlags, usage } from './config/flags.ts';
import { LATEST, type ModelConfig } from './config/model-config.ts';
import { readModelConfigFile } from './config/model-config-file.ts';
import { readMonitoringConfig } from './config/monitoring-config.ts';
import { checkOptions, readSessionOptions } from './config/options.ts';
import { watchModelConfig } from './config/watch.ts';
import { listenGrpc, listenRest } from './listen.ts';
import { createLog, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { OpenModel } from './servable/servable.ts';
import { ServerCore } from './servable/server-core.ts';
import { warmUp } from './servable/warmup.ts';
import type { Member } from './workers/member.ts';

/** The command: flags → models loaded → ports open → signals drain. Exit codes and texts are TF Serving's. */
export async function main(args: readonly string[]): Promise<void> {
  const parsed = parseFlags(args);
  const log = createLog((line) => process.stderr.write(line));
  const help = usage('tensorflow_model_server');
  for (const text of parsed.errors) log('E', 'typelab', text);
  if (parsed.errors.length > 0 || parsed.unknown[0] === '--help') return end(help, FAILED);
  if (parsed.values.version) return end(versions(), 0);
  if (parsed.unknown.length > 0) process.stdout.write(`unknown argument: ${parsed.unknown[0]}\n${help}`);
  const workers = Number(parsed.values.num_workers);
  if (workers > 0 && cluster.isPrimary) return (await import('./workers/primary.ts')).runPrimary(workers, log);
  const idle = idleFlags(parsed);
  if (idle.length > 0)
    log('I', 'typelab', `Accepted without effect (there is no TensorFlow runtime here): --${idle.join(', --')}`);
  try {
    await start(parsed.values, log, workers > 0 ? (await import('./workers/member.ts')).joinPrimary() : undefined);
  } catch (error) {
    return end(`Failed to start server. Error: ${statusText(toStatus(error))}\n`, FAILED);
  }
}

/** main() returns -1 there. */
const FAILED = 255;

async function start(flags: FlagValues, log: Log, member?: Member): Promise<void> {
  checkOptions(flags);
  const file = String(flags.model_config_file);
  const written = file === '' ? [singleModel(flags, log)] : readModelConfigFile(file, log);
  // A configuration that came by gRPC outlives the worker that it came to.
  const models = (await member?.hello) ?? written;
  const session = readSessionOptions(flags, log);
  const monitoring = await openMonitoring(flags, log, member);
  const { warmUpIterations: iterations } = session;
  const checkMethodName = Boolean(flags.enable_signature_method_name_check);
  const core = new ServerCore({
    log,
    open: session.batching ? batched(session.batching, flags, monitoring?.metrics, log) : openSavedModel,
    tags: session.tags,
    maxRetries: Number(flags.max_num_load_retries),
    retryInterval: Number(flags.load_retry_interval_micros) / 1000,
    pollSeconds: Number(flags.file_system_poll_wait_seconds),
    warmUp: session.warmUp
      ? (model, _id, path) => warmUp(model, path, { iterations, checkMethodName, metrics: monitoring?.metrics }, log)
      : undefined,
    checkMethodName,
    together: member?.together,
    allowLabelsForUnavailable: Boolean(flags.allow_version_labels_for_unavailable_models),
  });
  const closers: (() => Promise<void>)[] = [() => core.close()];
  drainOnSignals(closers, log, member);
  // An empty configuration serves nothing, until a later one does.
  if (models) await core.configure(models);
  else log('I', 'no config', 'Taking no action for empty config.');
  if (file !== '') {
    const stop = watchModelConfig(file, Number(flags.model_config_file_poll_wait_seconds), core, log);
    closers.unshift(async () => stop());
  }
  member?.onConfigure((shared) =>
    core.configure(shared).catch((error) => log('E', 'reload failed', statusText(toStatus(error)))),
  );
  await member?.join();
  closers.unshift(...(await listenGrpc(flags, core, monitoring, log, member)));
  closers.unshift(...(await listenRest(flags, core, monitoring, log, member?.hold)));
}

/** Counting costs a little of each request, so it is only done where someone reads it. */
async function openMonitoring(
  flags: FlagValues,
  log: Log,
  member: Member | undefined,
): Promise<AppOptions['monitoring']> {
  const file = String(flags.monitoring_config_file);
  const rest = flags.rest_api_port !== 0 && flags.rest_api_port !== flags.port;
  const path = rest && file !== '' ? readMonitoringConfig(file, log) : undefined;
  if (path === undefined) return undefined;
  const metrics = (await import('./metrics.ts')).createMetrics();
  member?.counts(metrics);
  return { path, metrics, page: member && (() => member.page()) };
}

function singleModel(flags: FlagValues, log: Log): ModelConfig {
  const name = String(flags.model_name);
  const basePath = String(flags.model_base_path);
  log(
    'I',
    'single model',
    `Building single TensorFlow model file config:  model_name: ${name} model_base_path: ${basePath}`,
  );
  return { name, basePath, platform: 'tensorflow', modelType: 0, policy: LATEST, labels: new Map() };
}

/** The engine is imported with the first model, so that `--help` and a refused start stay quick. */
const openSavedModel: OpenModel = async (path, options) => {
  const { openSavedModel: open } = await import('../../lib/saved-model/open.ts');
  return open(path, options);
};

/** Models whose requests wait for each other. A model may bring its own parameters, where the flag allows it. */
function batched(shared: BatchingParameters, flags: FlagValues, metrics: Metrics | undefined, log: Log): OpenModel {
  return async (path, options) => {
    const model = await openSavedModel(path, options);
    const own = join(path, 'batching_params.pbtxt');
    const perModel = flags.enable_per_model_batching_parameters && existsSync(own);
    const parameters = perModel ? readBatchingConfig(own, log) : shared;
    const { createBatcher } = await import('./servable/batcher.ts');
    return {
      signatures: model.signatures,
      signatureDefs: model.signatureDefs,
      features: (signature) => model.features?.(signature),
      run: (...call) => model.run(...call),
      runBatched: createBatcher(model, parameters, (batch) => metrics?.batch(options.name, batch)),
      close: () => model.close(),
    };
  };
}

/** Ports close first and running requests end, then the models go. A second signal does not wait. */
function drainOnSignals(closers: (() => Promise<void>)[], log: Log, member: Member | undefined): void {
  let draining = false;
  const drain = async (signal: NodeJS.Signals): Promise<void> => {
    if (draining) process.exit(SIGNAL_EXIT[signal]);
    draining = true;
    log('I', 'typelab', `${signal}: no new connections; finishing the running requests`);
    member?.leave();
    for (const close of closers) await close();
    process.exit(0);
  };
  if (member) {
    // The main process passes both signals on, once; a terminal sends Ctrl-C to all of the group.
    member.onDrain(() => drain('SIGTERM'));
    process.on('SIGTERM', () => {});
    process.on('SIGINT', () => {});
    return;
  }
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}

const SIGNAL_EXIT: Partial<Record<NodeJS.Signals, number>> = { SIGTERM: 143, SIGINT: 130 };

function versions(): string {
  const { version, dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return `TensorFlow ModelServer: ${SPOKEN}+typelab.${version}\nTensorFlow Library: tfjs ${dependencies['@tensorflow/tfjs']}\n`;
}

/** The TensorFlow Serving whose behaviour this server has. */
const SPOKEN = '2.21.0';

/** Writes a last text to stdout and ends once it is out, also into a pipe. */
function end(text: string, code: number): void {
  process.stdout.write(text, () => process.exit(code));
}
