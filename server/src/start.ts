import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { AppOptions } from './app.ts';
import { statusText, toStatus } from './codec/errors.ts';
import { type FlagValues, idleFlags, parseFlags, usage } from './config/flags.ts';
import { type ModelLimits, readLimitsConfig } from './config/limits-config.ts';
import { LATEST, type ModelConfig } from './config/model-config.ts';
import { readModelConfigFile } from './config/model-config-file.ts';
import { readMonitoringConfig } from './config/monitoring-config.ts';
import { batchingOf, checkOptions, readSessionOptions, type SessionOptions } from './config/options.ts';
import { watchModelConfig } from './config/watch.ts';
import { listenGrpc, listenRest } from './listen.ts';
import { createLog, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { Memory } from './servable/memory.ts';
import { type OpenModel, type Submit, stepsOf } from './servable/servable.ts';
import { ServerCore } from './servable/server-core.ts';
import { inSlices, NOBODY, Turns } from './servable/turns.ts';
import { warmUp } from './servable/warmup.ts';
import type { Member } from './workers/member.ts';

/** The command: flags → models loaded → ports open → signals drain. Exit codes and texts are TF Serving's. */
export async function main(args: readonly string[]): Promise<void> {
  setFlagsFromString(GARBAGE);
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

/**
 * Requests lie outside V8's heap, and by default each 64 MB of them are a reason to mark all of the heap anew: a quarter of the time of
 * a busy server. So they count like the heap itself does.
 */
const GARBAGE = '--external-memory-accounted-in-global-limit';

/** main() returns -1 there. */
const FAILED = 255;

async function start(flags: FlagValues, log: Log, member?: Member): Promise<void> {
  checkOptions(flags);
  const file = String(flags.model_config_file);
  const written = file === '' ? [singleModel(flags, log)] : readModelConfigFile(file, log);
  // A configuration that came by gRPC outlives the worker that it came to.
  const models = (await member?.hello)?.models ?? written;
  const session = readSessionOptions(flags, log);
  const monitoring = await openMonitoring(flags, log, member);
  const limits = flags.model_limits_file === '' ? new Map() : readLimitsConfig(String(flags.model_limits_file), log);
  const { warmUpIterations: iterations } = session;
  const checkMethodName = Boolean(flags.enable_signature_method_name_check);
  const core = new ServerCore({
    log,
    open: inTurns(flags, limits, session, monitoring?.metrics, log),
    memory: memoryOf(flags, limits),
    onDemand: flags.load_on_demand ? { report: monitoring?.metrics, council: member?.demand } : undefined,
    tags: session.tags,
    preferLite: session.preferLite,
    // Nobody waits minutes for a first answer; the next request tries again.
    maxRetries: flags.load_on_demand ? 0 : Number(flags.max_num_load_retries),
    retryInterval: Number(flags.load_retry_interval_micros) / 1000,
    pollSeconds: Number(flags.file_system_poll_wait_seconds),
    warmUp: session.warmUp
      ? (model, _id, path) => warmUp(model, path, { iterations, checkMethodName, metrics: monitoring?.metrics }, log)
      : undefined,
    tried: monitoring?.metrics.load,
    checkMethodName,
    together: member?.together,
    allowLabelsForUnavailable: Boolean(flags.allow_version_labels_for_unavailable_models),
  });
  if (core.demand) member?.demand.serve(core.demand);
  const closers: (() => Promise<void>)[] = [() => core.close()];
  drainOnSignals(closers, log, member);
  // An empty configuration serves nothing, until a later one does.
  if (models) await core.configure(models);
  else log('I', 'no config', 'Taking no action for empty config.');
  if (file !== '') {
    const seconds = Number(flags.model_config_file_poll_wait_seconds);
    const stop = watchModelConfig(file, seconds, core, log, () => member?.reread());
    closers.unshift(async () => stop());
  }
  member?.onConfigure((shared) =>
    core.configure(shared).catch((error) => log('E', 'reload failed', statusText(toStatus(error)))),
  );
  await member?.join();
  closers.unshift(...(await listenGrpc(flags, core, monitoring, log, member)));
  closers.unshift(...(await listenRest(flags, core, monitoring, log, member)));
  member?.opened();
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
  const { openInSteps } = await import('../../lib/saved-model/open.ts');
  return inSlices(openInSteps(path, options));
};

/** Models whose requests take turns, and are put together where batching is on. */
function inTurns(
  flags: FlagValues,
  limits: ReadonlyMap<string, ModelLimits>,
  session: SessionOptions,
  metrics: Metrics | undefined,
  log: Log,
): OpenModel {
  const turns = new Turns();
  return async (path, options) => {
    const batching = batchingOf(path, session, log);
    const model = await openSavedModel(path, options);
    const maxQueued = limits.get(options.name)?.maxQueued ?? Number(flags.max_queued_requests);
    const lane = turns.lane(options.name, { maxQueued: maxQueued || Infinity });
    const submit: Submit = batching
      ? (await import('./servable/batcher.ts')).createBatcher(
          model,
          batching,
          (batch) => metrics?.batch(options.name, batch),
          // How many batches may wait is the batcher's word.
          (caller, begin) => turns.run(lane, caller, begin, Infinity),
        )
      : (signature, inputs, outputs, caller = NOBODY) =>
          turns.run(lane, caller, () => stepsOf(model, signature, inputs, outputs));
    return {
      signatures: model.signatures,
      signatureDefs: model.signatureDefs,
      features: (signature) => model.features?.(signature),
      run: (...call) => model.run(...call),
      submit,
      close: () => {
        turns.close(lane);
        model.close();
      },
    };
  };
}

function memoryOf(flags: FlagValues, limits: ReadonlyMap<string, ModelLimits>): Memory {
  // Each process has its own copy of all that is loaded.
  const processes = Math.max(1, Number(flags.num_workers));
  return new Memory({
    processes,
    total: (Number(flags.max_loaded_models_mb) * 1e6) / processes || Infinity,
    ofModel: (name) => limits.get(name)?.maxBytes ?? Infinity,
  });
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
