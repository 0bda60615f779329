import { StringDecoder } from 'node:string_decoder';
import { type handleUnaryCall, Metadata, Server, type ServiceDefinition } from '@grpc/grpc-js';
import { decode } from '../../../lib/saved-model/decode.ts';
import { encode } from '../../../lib/saved-model/encode.ts';
import type { Schema } from '../../../lib/saved-model/proto.ts';
import { grpcStatus, StatusError, toStatus } from '../codec/errors.ts';
import type { ModelConfig } from '../config/model-config.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ServerCore } from '../servable/server-core.ts';
import type { Caller } from '../servable/turns.ts';
import { examplesOf } from '../servable/warmup-record.ts';
import { metadata, predict, status } from './answers.ts';
import { classifyExamples, multiInference, regressExamples } from './examples.ts';
import * as messages from './messages.ts';
import { reload } from './reload.ts';
import { widenWindows } from './window.ts';

export type GrpcOptions = {
  core: ServerCore;
  /** `grpc.name=value,…`; numbers where they are numbers. */
  channelArguments: string;
  /** Answers hold tensor_content instead of typed lists. */
  asContent: boolean;
  metrics: Metrics | undefined;
  log: Log;
  /** What requests wait for before they begin, where there is something. */
  hold?: (() => Promise<void> | undefined) | undefined;
  /** Passes a configuration on to the other processes that serve the same models. */
  share?: ((models: readonly ModelConfig[]) => void) | undefined;
};

/** The gRPC front end; nothing listens yet. */
export function buildGrpc({ core, channelArguments, asContent, metrics, log, hold, share }: GrpcOptions): Server {
  widenWindows();
  const server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    // The library's own bookkeeping of calls, which no service of ours shows, takes a tenth of a small call.
    'grpc.enable_channelz': 0,
    ...parseChannelArguments(channelArguments),
  });
  const serve = <Q, A>(method: Method<Q, A>): void => add(server, method, core, metrics, hold);
  serve({
    path: `${PREDICTIONS}/Predict`,
    request: messages.PredictRequest,
    answer: messages.PredictResponse,
    run: (request, caller) => predict(core, request, asContent, caller),
    counts: modelOf,
    wakes: modelOf,
  });
  serve({
    path: `${PREDICTIONS}/Classify`,
    request: messages.ExamplesRequest,
    answer: messages.ClassificationResponse,
    run: (request, caller) => classifyExamples(core, request, caller),
    counts: modelOf,
    wakes: modelOf,
  });
  serve({
    path: `${PREDICTIONS}/Regress`,
    request: messages.ExamplesRequest,
    answer: messages.RegressionResponse,
    run: (request, caller) => regressExamples(core, request, caller),
    counts: modelOf,
    wakes: modelOf,
  });
  serve({
    path: `${PREDICTIONS}/MultiInference`,
    request: messages.MultiInferenceRequest,
    answer: messages.MultiInferenceResponse,
    run: async (request, caller) => {
      const answer = await multiInference(core, request, caller);
      const [first] = request.tasks;
      // TF Serving counts the examples of this method only.
      if (first) metrics?.examples(modelOf(first), examplesOf(request.input).length);
      return answer;
    },
    wakes: ({ tasks: [first] }) => (first ? modelOf(first) : ''),
  });
  serve({
    path: `${PREDICTIONS}/GetModelMetadata`,
    request: messages.GetModelMetadataRequest,
    answer: messages.GetModelMetadataResponse,
    run: (request) => metadata(core, request),
    wakes: modelOf,
  });
  serve({
    path: `${MODELS}/GetModelStatus`,
    request: messages.GetModelStatusRequest,
    answer: messages.GetModelStatusResponse,
    run: (request) => status(core, request),
  });
  serve({
    path: `${MODELS}/HandleReloadConfigRequest`,
    request: messages.ReloadConfigRequest,
    answer: messages.ReloadConfigResponse,
    run: (request) => reload(core, request, log, metrics, share),
  });
  return server;
}

const PREDICTIONS = 'tensorflow.serving.PredictionService';
const MODELS = 'tensorflow.serving.ModelService';

type Method<Q, A> = {
  path: string;
  request: Schema<Q>;
  answer: Schema<A>;
  run: (request: Q, caller: Caller) => A | Promise<A>;
  /** The model whose requests are counted; only those that run one are, as in TF Serving. */
  counts?: (request: Q) => string;
  /** The model that must be loaded. */
  wakes?: (request: Q) => string;
};

const modelOf = ({ model_spec }: { model_spec: messages.ModelSpec | undefined }): string => model_spec?.name ?? '';

/** grpc.health.v1.Health, for load balancers and orchestrators: while the ports are open, all is SERVING. */
export async function addHealth(server: Server): Promise<void> {
  const { HealthImplementation } = await import('grpc-health-check');
  const names = ['', 'ModelService', 'PredictionService'];
  new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'SERVING' as const]))).addToServer(server);
}

function add<Q, A>(
  server: Server,
  method: Method<Q, A>,
  core: ServerCore,
  metrics: Metrics | undefined,
  hold: GrpcOptions['hold'],
): void {
  const [service = '', name = ''] = method.path.split('/');
  const handle: handleUnaryCall<Q, A> = async (call, done) => {
    const started = performance.now();
    // gRPC gives a time of day, which may jump: only what is left of it counts.
    const deadline = started + Number(call.getDeadline()) - Date.now();
    const model = method.counts?.(call.request);
    try {
      const held = hold?.();
      if (held) await held;
      const wanted = method.wakes?.(call.request) ?? '';
      for (let cold = core.wake(wanted); cold; cold = core.wake(wanted)) await cold;
      // Who has stopped waiting is not worth a run.
      if (deadline <= performance.now()) throw new StatusError('DEADLINE_EXCEEDED', 'Deadline Exceeded');
      let begun = started;
      const caller = {
        deadline,
        gone: () => call.cancelled,
        begun: metrics && (() => (begun = performance.now())),
      };
      const answer = await method.run(call.request, caller);
      const ran = performance.now() - begun;
      done(null, answer);
      if (model === undefined || !metrics) return;
      metrics.request(model, 'OK');
      metrics.runtimeLatency(model, name, ran * 1000);
      metrics.requestLatency(model, name, 'GRPC', (performance.now() - started) * 1000);
    } catch (error) {
      const { code, message, retryAfter } = toStatus(error);
      done({
        code: grpcStatus(code),
        details: shortened(message),
        ...(retryAfter !== undefined && pushBack(retryAfter)),
      });
      if (model !== undefined) metrics?.request(model, code);
    }
  };
  const definition: ServiceDefinition = {
    [name]: {
      path: `/${service}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (value: Q) => encode(method.request, value as Partial<Q>),
      requestDeserialize: (bytes: Buffer) => decode(method.request, bytes),
      responseSerialize: (value: A) => encode(method.answer, value as Partial<A>),
      responseDeserialize: (bytes: Buffer) => decode(method.answer, bytes),
    },
  };
  server.addService(definition, { [name]: handle as never });
}

/** TF Serving's limit: a text is a header to gRPC, and clients end a call whose headers are longer than 8 KB with an error of their own. */
function shortened(message: string): string {
  if (Buffer.byteLength(message) <= MAX_TEXT) return message;
  return `${new StringDecoder('utf8').write(Buffer.from(message).subarray(0, MAX_TEXT))}...TRUNCATED`;
}

const MAX_TEXT = 1024;

/** gRPC's own word for "not now": clients that retry wait so long. */
function pushBack(seconds: number): { metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set('grpc-retry-pushback-ms', String(Math.ceil(seconds * 1000)));
  return { metadata };
}

function parseChannelArguments(text: string): Record<string, string | number> {
  const pairs = text.split(',').filter((part) => part !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', value] = pair.split('=');
      if (value === undefined) {
        throw new StatusError('INVALID_ARGUMENT', `--grpc_channel_arguments: "${pair}" is not of the form name=value`);
      }
      return [key, /^-?\d+$/.test(value) ? Number(value) : value];
    }),
  );
}
