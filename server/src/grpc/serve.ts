import { type handleUnaryCall, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { decode, encode, type Schema } from '../../../lib/saved-model/proto.ts';
import { grpcStatus, StatusError, toStatus } from '../codec/errors.ts';
import type { SslConfig } from '../config/ssl-config.ts';
import type { ServerCore } from '../servable/server-core.ts';
import { metadata, predict, status } from './answers.ts';
import * as messages from './messages.ts';

export type GrpcOptions = {
  core: ServerCore;
  /** `grpc.name=value,…`; numbers where they are numbers. */
  channelArguments: string;
  /** Answers hold tensor_content instead of typed lists. */
  asContent: boolean;
};

/** The gRPC front end; nothing listens yet. */
export function buildGrpc({ core, channelArguments, asContent }: GrpcOptions): Server {
  const server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    ...parseChannelArguments(channelArguments),
  });
  const predictions = 'tensorflow.serving.PredictionService';
  add(server, predictions, 'Predict', messages.PredictRequest, messages.PredictResponse, (request) =>
    predict(core, request, asContent),
  );
  add(
    server,
    predictions,
    'GetModelMetadata',
    messages.GetModelMetadataRequest,
    messages.GetModelMetadataResponse,
    (request) => metadata(core, request),
  );
  add(
    server,
    'tensorflow.serving.ModelService',
    'GetModelStatus',
    messages.GetModelStatusRequest,
    messages.GetModelStatusResponse,
    (request) => status(core, request),
  );
  return server;
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
    return ServerCredentials.createSsl(ca === '' ? null : Buffer.from(ca), [pair], clientVerify);
  } catch (error) {
    throw new StatusError('INVALID_ARGUMENT', `--ssl_config_file: ${(error as Error).message}`);
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
  service: string,
  name: string,
  request: Schema<Q>,
  answer: Schema<A>,
  run: (request: Q) => A,
): void {
  const handle: handleUnaryCall<Q, A> = (call, done) => {
    try {
      done(null, run(call.request));
    } catch (error) {
      const { code, message } = toStatus(error);
      done({ code: grpcStatus(code), details: message });
    }
  };
  const definition: ServiceDefinition = {
    [name]: {
      path: `/${service}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (value: Q) => Buffer.from(encode(request, value as Partial<Q>)),
      requestDeserialize: (bytes: Buffer) => decode(request, bytes),
      responseSerialize: (value: A) => Buffer.from(encode(answer, value as Partial<A>)),
      responseDeserialize: (bytes: Buffer) => decode(answer, bytes),
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
