import { createSecureContext } from 'node:tls';
import { type handleUnaryCall, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { decode, encode, type Schema } from '../../../lib/saved-model/proto.ts';
import { grpcStatus, StatusError, toStatus } from '../codec/errors.ts';
import type { ModelConfig } from '../config/model-config.ts';
import type { SslConfig } from '../config/ssl-config.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ServerCore } from '../servable/server-core.ts';
import { metadata, predict, status } from './answers.ts';
import { classifyExamples, multiInference, regressExamples } from './examples.ts';
import * as messages from './messages.ts';
import { reload } from './reload.ts';

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
  const server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    ...parseChannelArguments(channelArguments),
  });
  const serve = <Q, A>(method: Method<Q, A>): void => add(server, method, metrics, hold);
  serve({
    path: `${PREDICTIONS}/Predict`,
    request: messages.PredictRequest,
    answer: messages.PredictResponse,
    run: (request, deadline) => predict(core, request, asContent, deadline),
    counts: modelOf,
  });
  serve({
    path: `${PREDICTIONS}/Classify`,
    request: messages.ExamplesRequest,
    answer: messages.ClassificationResponse,
    run: (request) => classifyExamples(core, request),
    counts: modelOf,
  });
  serve({
    path: `${PREDICTIONS}/Regress`,
    request: messages.ExamplesRequest,
    answer: messages.RegressionResponse,
    run: (request) => regressExamples(core, request),
    counts: modelOf,
  });
  serve({
    path: `${PREDICTIONS}/MultiInference`,
    request: messages.MultiInferenceRequest,
    answer: messages.MultiInferenceResponse,
    run: (request) => multiInference(core, request),
  });
  serve({
    path: `${PREDICTIONS}/GetModelMetadata`,
    request: messages.GetModelMetadataRequest,
    answer: messages.GetModelMetadataResponse,
    run: (request) => metadata(core, request),
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
    run: (request) => reload(core, request, log, share),
  });
  return server;
}

const PREDICTIONS = 'tensorflow.serving.PredictionService';
const MODELS = 'tensorflow.serving.ModelService';

type Method<Q, A> = {
  path: string;
  request: Schema<Q>;
  answer: Schema<A>;
  /** @param deadline in Date.now()'s milliseconds */
  run: (request: Q, deadline: number) => A | Promise<A>;
  /** The model whose requests are counted; only those that run one are, as in TF Serving. */
  counts?: (request: Q) => string;
};

const modelOf = ({ model_spec }: { model_spec: messages.ModelSpec | undefined }): string => model_spec?.name ?? '';

/** grpc.health.v1.Health, for load balancers and orchestrators: while the ports are open, all is SERVING. */
export async function addHealth(server: Server): Promise<void> {
  const { HealthImplementation } = await import('grpc-health-check');
  const names = ['', 'ModelService', 'PredictionService'];
  new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'SERVING' as const]))).addToServer(server);
}

/** Opens `0.0.0.0:port` or `unix:path`. */
export function bind(server: Server, address: string, ssl: SslConfig | undefined): Promise<void> {
  const credentials = ssl ? secure(ssl) : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error) => (error ? reject(error) : resolve()));
  });
}

function secure({ key, cert, ca, clientVerify }: SslConfig): ServerCredentials {
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) };
  try {
    // grpc-js would say so only when the port opens, and blame the port.
    createSecureContext({ key, cert, ...(ca === '' ? {} : { ca }) });
    return ServerCredentials.createSsl(ca === '' ? null : Buffer.from(ca), [pair], clientVerify);
  } catch (error) {
    throw new StatusError(
      'INVALID_ARGUMENT',
      `--ssl_config_file: not a key and certificate in PEM: ${(error as Error).message}`,
    );
  }
}

/** Runs what has begun to its end, at the latest after `timeout`. */
export function drainGrpc(server: Server, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.forceShutdown(), timeout);
    server.tryShutdown(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}

function add<Q, A>(
  server: Server,
  method: Method<Q, A>,
  metrics: Metrics | undefined,
  hold: GrpcOptions['hold'],
): void {
  const [service = '', name = ''] = method.path.split('/');
  const handle: handleUnaryCall<Q, A> = async (call, done) => {
    const started = performance.now();
    const model = method.counts?.(call.request);
    try {
      const held = hold?.();
      if (held) await held;
      // Who has stopped waiting is not worth a run.
      if (Number(call.getDeadline()) <= Date.now()) throw new StatusError('DEADLINE_EXCEEDED', 'Deadline Exceeded');
      const answer = await method.run(call.request, Number(call.getDeadline()));
      done(null, answer);
      if (model === undefined || !metrics) return;
      metrics.request(model, 'OK');
      metrics.requestLatency(model, name, 'GRPC', (performance.now() - started) * 1000);
    } catch (error) {
      const { code, message } = toStatus(error);
      done({ code: grpcStatus(code), details: message });
      if (model !== undefined) metrics?.request(model, code);
    }
  };
  const definition: ServiceDefinition = {
    [name]: {
      path: `/${service}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (value: Q) => Buffer.from(encode(method.request, value as Partial<Q>)),
      requestDeserialize: (bytes: Buffer) => decode(method.request, bytes),
      responseSerialize: (value: A) => Buffer.from(encode(method.answer, value as Partial<A>)),
      responseDeserialize: (bytes: Buffer) => decode(method.answer, bytes),
    },
  };
  server.addService(definition, { [name]: handle as never });
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
