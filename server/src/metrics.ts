import { AggregatorRegistry, Counter, Histogram, Registry } from 'prom-client';

/** A label's values by name, in the order in which TF Serving prints them. */
type Labels = Record<string, string>;
export type Stage = 'load' | 'parse' | 'queue' | 'run' | 'write';

/** Counts and times by TF Serving's names, plus our own by version and signature. Times are microseconds, as there. */
export type Metrics = {
  /** A request is over; `status` is its code's name. */
  request(model: string, status: string): void;
  /** Only of requests that succeeded. */
  requestLatency(model: string, api: string, entrypoint: 'REST' | 'GRPC', micros: number): void;
  runtimeLatency(model: string, api: string, micros: number): void;
  /** MultiInference's examples. */
  examples(model: string, count: number): void;
  warmUp(path: string, status: string, micros: number, records: number): void;
  /** A try to load a version's folder, as TensorFlow's loader counts it. */
  load(model_path: string, loaded: boolean, micros: number): void;
  /** A batch of requests that ran together. */
  batch(model: string, batch: BatchReport): void;
  /** A model was loaded by its first request. */
  coldLoad(model: string, status: string, micros: number): void;
  /** A model left for another's memory. */
  eviction(model: string): void;
  /** Ours: one request of a version's signature, and what its stages took. */
  signatureRequest(labels: SignatureLabels, status: string): void;
  stage(labels: SignatureLabels, stage: Stage, micros: number): void;
  /** What a counter's first cell has, by TensorFlow's name of it (`/tensorflow/serving/request_count`); 0 where there is none. */
  firstValue(name: string): Promise<number>;
  /** The page that Prometheus reads. */
  page(): Promise<string>;
  /** What was counted so far, as plain data. */
  snapshot(): Promise<Snapshot>;
  /** The page over the counts of several processes. */
  pageOf(snapshots: Snapshot[]): Promise<string>;
};
export type Snapshot = object[];
export type SignatureLabels = { model_name: string; version: string; signature_name: string };

export type BatchReport = {
  rows: number;
  padding: number;
  /** The rows of each input of the requests that begin in it. */
  asked: number[];
  /** What each task waited, in microseconds. */
  queued: number[];
};

export function createMetrics(): Metrics {
  const registry = new Registry();
  const counter = (name: string, labelNames: string[]) =>
    new Counter({ name, help: name, labelNames, registers: [registry] });
  const histogram = (name: string, labelNames: string[], buckets = LATENCY) =>
    new Histogram({ name, help: name, labelNames, buckets, registers: [registry] });
  const requests = counter(`${TF}request_count`, ['model_name', 'status']);
  const latency = histogram(`${TF}request_latency`, ['model_name', 'API', 'entrypoint']);
  const runtime = histogram(`${TF}runtime_latency`, ['model_name', 'API', 'runtime']);
  const exampleCounts = histogram(`${TF}request_example_counts`, ['model'], powers(1, 2, 15));
  const exampleTotal = counter(`${TF}request_example_count_total`, ['model']);
  const warmUps = histogram(`${TF}model_warmup_latency`, ['model_path', 'status']);
  const records = counter(`${TF}model_warmup_records_read`, ['model_path', 'status']);
  const loads = counter(`${LOADER}load_attempt_count`, ['model_path', 'status']);
  const loadTime = counter(`${LOADER}load_latency`, ['model_path']);
  const signatures = counter(':typelab:serving:request_count', [...SIGNATURE, 'status']);
  const stages = histogram(':typelab:serving:stage_latency', [...SIGNATURE, 'stage']);
  const queueing = histogram(`${BATCHING}queuing_latency`, ['thread_pool_name'], powers(100, 1.2, 52));
  const batches = counter(`${BATCHING}wrapped_run_count`, []);
  const askedRows = histogram(`${BATCHING}input_batch_size`, [], powers(1, 2, 14));
  const runRows = histogram(`${BATCHING}processed_batch_size`, [], powers(1, 2, 14));
  const filled = histogram(`${BATCHING}padding_size`, ['execution_batch_size'], powers(1, 2, 14));
  const batchRows = histogram(':typelab:serving:batch_rows', ['model_name'], powers(1, 2, 15));
  const batchPadding = counter(':typelab:serving:batch_padding_rows', ['model_name']);
  const coldLoads = counter(':typelab:serving:cold_load_count', ['model_name', 'status']);
  const coldLatency = histogram(':typelab:serving:cold_load_latency', ['model_name']);
  const evictions = counter(':typelab:serving:eviction_count', ['model_name']);
  const nameOf = boundNames();
  return {
    request: (model, status) => requests.inc({ model_name: nameOf(model), status }),
    requestLatency: (model, API, entrypoint, micros) => latency.observe({ model_name: model, API, entrypoint }, micros),
    runtimeLatency: (model, API, micros) => runtime.observe({ model_name: model, API, runtime: 'TF1' }, micros),
    examples(model, count) {
      exampleCounts.observe({ model }, count);
      exampleTotal.inc({ model }, count);
    },
    warmUp(model_path, status, micros, count) {
      warmUps.observe({ model_path, status }, micros);
      records.inc({ model_path, status }, count);
    },
    load(model_path, loaded, micros) {
      loads.inc({ model_path, status: loaded ? 'success' : 'fail' });
      loadTime.inc({ model_path }, micros);
    },
    batch(model_name, { rows, padding, asked, queued }) {
      // TF Serving's bundles name no pool.
      for (const micros of queued) queueing.observe({ thread_pool_name: '' }, micros);
      batches.inc();
      for (const one of asked) askedRows.observe(one);
      runRows.observe(rows + padding);
      filled.observe({ execution_batch_size: String(rows + padding) }, padding);
      batchRows.observe({ model_name }, rows);
      batchPadding.inc({ model_name }, padding);
    },
    coldLoad(model_name, status, micros) {
      coldLoads.inc({ model_name, status });
      if (status === 'OK') coldLatency.observe({ model_name }, micros);
    },
    eviction: (model_name) => evictions.inc({ model_name }),
    signatureRequest: (labels, status) => signatures.inc({ ...labels, status }),
    stage: (labels, stage, micros) => stages.observe({ ...labels, stage }, micros),
    firstValue: (name) => firstValue(registry, name.replace(/[^a-zA-Z0-9_]/g, ':')),
    page: () => page(registry),
    snapshot: () => registry.getMetricsAsJSON(),
    pageOf: (snapshots) => page(AggregatorRegistry.aggregate(snapshots) as Registry),
  };
}

const TF = ':tensorflow:serving:';
const BATCHING = `${TF}batching_session:`;
const LOADER = ':tensorflow:cc:saved_model:';
const SIGNATURE = ['model_name', 'version', 'signature_name'];

const powers = (start: number, factor: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => start * factor ** i);
const LATENCY = powers(10, 1.8, 33);

/** Names come from URLs: whoever asks for ever new ones must not fill the memory. */
function boundNames(): (name: string) => string {
  const seen = new Set<string>();
  return (name) => {
    if (seen.size < MAX_NAMES) seen.add(name);
    return seen.has(name) ? name : '';
  };
}

const MAX_NAMES = 1000;

async function firstValue(registry: Registry, name: string): Promise<number> {
  const metric = registry.getSingleMetric(name);
  if (!(metric instanceof Counter)) return 0;
  const { values } = await metric.get();
  // TensorFlow keeps its cells sorted by their labels' values.
  const keyOf = ({ labels }: { labels: object }): string => Object.values(labels).join('\0');
  return values.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))[0]?.value ?? 0;
}

/** TF Serving's layout: no HELP lines, metrics by name, `le` after the other labels. */
async function page(registry: Registry): Promise<string> {
  const metrics = await registry.getMetricsAsJSON();
  const lines: string[] = [];
  for (const metric of metrics.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    lines.push(`# TYPE ${metric.name} ${String(metric.type)}`);
    const values = (metric as unknown as { values: { metricName?: string; labels: Labels; value: number }[] }).values;
    for (const { metricName, labels, value } of values) {
      lines.push(`${metricName ?? metric.name}{${labelText(labels)}} ${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function labelText({ le, ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  if (le !== undefined) pairs.push(`le="${limitText(le)}"`);
  return pairs.join(',');
}

/** TF Serving escapes only the first two; a line end would break the page. */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** `%g` with 6 digits. */
function limitText(limit: string | number): string {
  if (limit === '+Inf') return limit;
  const number = Number(Number(limit).toPrecision(6));
  return number < 1e6 ? String(number) : number.toExponential().replace(/e\+(\d)$/, 'e+0$1');
}
