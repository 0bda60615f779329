import type { OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { httpStatus, StatusError, toStatus } from './codec/errors.ts';
import { PrettyWriter } from './codec/pretty-writer.ts';
import type { Metrics } from './metrics.ts';
import { classifyOrRegress } from './routes/classify-regress.ts';
import { health } from './routes/health.ts';
import { listModels } from './routes/list.ts';
import { metadata } from './routes/metadata.ts';
import { isApi, parseTarget } from './routes/path.ts';
import { predict } from './routes/predict.ts';
import { writeStatus } from './routes/status.ts';
import { Trace } from './routes/trace.ts';
import { readUri, type Uri } from './routes/uri.ts';
import type { ServerCore } from './servable/server-core.ts';
import type { Caller } from './servable/turns.ts';

export type AppOptions = {
  core: ServerCore;
  /** Adds TF Serving's three CORS headers to every answer under /v1/. */
  cors?: boolean;
  /** Milliseconds that a request may wait for its run; 0: as long as it takes. */
  timeout?: number;
  /** What is counted, and the path where it is read. */
  monitoring?: { metrics: Metrics; path: string; page?: (() => Promise<string>) | undefined } | undefined;
  /** Where something must not happen beside a request's begin: what requests wait for then. */
  hold?: (() => Promise<void> | undefined) | undefined;
};

/** The REST front end as a fastify app that does not listen: tests use inject(). */
export function build({ core, cors = false, timeout = 0, monitoring, hold }: AppOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY,
    // A client that needs longer for its request holds a connection for nothing.
    requestTimeout: REQUEST_TIMEOUT,
    // Paths hold a colon (`models/x:predict`), which a router would read as a parameter: one route, our own parser.
    // It would also decode what belongs to a name, so it never sees the URL.
    rewriteUrl: () => '/',
    // Else a draining server would answer 503 to requests that are already on its connections.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 0,
    // TF Serving answers requests that name no host.
    http: { maxHeaderSize: MAX_HEADER, requireHostHeader: false },
    clientErrorHandler: refuseClient,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  // The content type is never looked at: curl and urllib say form-urlencoded and send JSON; fastify refuses one that is no MIME type.
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = JSON_TYPE;
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_request, body, done) => done(null, body));
  const route = (request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> => {
    if (!METHODS.includes(request.method)) return refuse(reply, 501, 'Not Implemented');
    const uri = readUri(request.originalUrl);
    if (!uri) return refuse(reply, 400, 'Bad Request');
    const { path, whole } = uri;
    if (path === monitoring?.path) {
      if (whole !== path) return sendBytes(reply, `Unexpected path: ${whole}. Should be ${path}`, 400, TEXT);
      const page = monitoring.page?.() ?? monitoring.metrics.page();
      return page.then((text) => sendBytes(reply, text, 200, TEXT));
    }
    if (!isApi(path)) return refuse(reply, 404, 'Not Found');
    if (cors) for (const [name, value] of CORS) reply.raw.setHeader(name, value);
    if (isZipped(request)) return unzip(request).then((body) => handle(request, uri, body, reply));
    return handle(request, uri, (request.body as Buffer | undefined) ?? EMPTY, reply);
  };
  app.all('/', route);
  // Methods that fastify does not know.
  app.setNotFoundHandler(route);
  app.setErrorHandler((error, _request, reply) => fail(reply, fromFastify(error as Error & { statusCode?: number })));
  return app;

  function handle(
    request: FastifyRequest,
    uri: Uri,
    body: Buffer,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    const held = hold?.();
    if (held) return held.then(() => handle(request, uri, body, reply));
    const trace = monitoring && new Trace();
    const done = (status: string): void => trace?.finish((monitoring as { metrics: Metrics }).metrics, status);
    const failed = (error: unknown): FastifyReply => {
      const thrown = toStatus(error);
      done(thrown.code);
      return fail(reply, thrown);
    };
    try {
      if (request.method === 'OPTIONS') {
        const allowed = isFromPage(request);
        done(allowed ? 'OK' : 'FAILED_PRECONDITION');
        return reply.code(allowed ? 200 : 400).send();
      }
      const answered = answer(core, request, uri, body, reply, trace, timeout);
      // A promise where a request waits for others to share a batch; else it has been sent already.
      if (answered instanceof Promise) {
        return answered.then((sent) => {
          done('OK');
          return sent;
        }, failed);
      }
      done('OK');
      return answered;
    } catch (error) {
      return failed(error);
    }
  }
}

/** Bodies of TF Serving have no limit that a user meets; ours ends where a Buffer for a request stops making sense. */
const MAX_BODY = 2 ** 31 - 1;
/** What a zipped body may become: a few kilobytes can stand for gigabytes of zeros. */
const MAX_UNZIPPED = 2 ** 30;
const MAX_HEADER = 64 * 1024;
const MAX_CONNECTIONS = 20_000;
const REQUEST_TIMEOUT = 10 * 60_000;

const EMPTY = Buffer.alloc(0);
const TEXT = 'text/plain';
const JSON_TYPE = 'application/json';
const CORS = [
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Allow-Methods', 'POST, GET'],
  ['Access-Control-Allow-Headers', 'Content-Type'],
] as const;

function answer(
  core: ServerCore,
  request: FastifyRequest,
  uri: Uri,
  body: Buffer,
  reply: FastifyReply,
  trace: Trace | undefined,
  timeout: number,
): FastifyReply | Promise<FastifyReply> {
  const ours = request.method === 'GET' ? (health(core, uri.path) ?? listModels(core, uri.path)) : undefined;
  if (ours) return sendBytes(reply, asBytes(ours.body), ours.status);
  const target = parseTarget(request.method, uri.whole);
  if (trace) trace.model = 'wanted' in target ? target.wanted.name : target.name;
  const cold = target.kind === 'run' || target.kind === 'metadata' ? core.wake(target.wanted.name) : undefined;
  if (cold) {
    return cold.then(() => {
      trace?.end('load');
      return answer(core, request, uri, body, reply, trace, timeout);
    });
  }
  switch (target.kind) {
    case 'status':
      return sendBytes(reply, asBytes(writeStatus(core, target.wanted)));
    case 'metadata':
      return sendBytes(reply, asBytes(metadata(core, target.wanted)));
    case 'run': {
      if (trace) trace.api = target.verb;
      const caller: Caller = {
        deadline: timeout > 0 ? performance.now() + timeout : Infinity,
        gone: () => reply.raw.destroyed,
        begun: trace && (() => trace.end('queue')),
      };
      return sendLater(
        reply,
        target.verb === 'predict'
          ? predict(core, target.wanted, body, trace, caller)
          : classifyOrRegress(core, target.verb, target.wanted, body, trace, caller),
      );
    }
    case 'no version':
      throw new StatusError('INVALID_ARGUMENT', `Failed to convert version: ${target.text} to numeric.`);
    case 'malformed':
      throw new StatusError('INVALID_ARGUMENT', `Malformed request: ${request.method} ${uri.whole}`);
  }
}

/**
 * Sends a body of one character per byte. Past fastify's send: it adds a charset that TF Serving has not, and a latin1 string leaves
 * in one write with its header, which a Buffer does not (a fifth of the time of a small request).
 */
function sendBytes(reply: FastifyReply, body: string, status = 200, type = JSON_TYPE): FastifyReply {
  const headers: OutgoingHttpHeaders = {
    // A full queue empties in milliseconds; whole seconds are what the header can say.
    ...(status === 503 && !reply.raw.hasHeader('Retry-After') && { 'Retry-After': '1' }),
    'Content-Type': type,
    'Content-Length': body.length,
  };
  reply.hijack();
  reply.raw.writeHead(status, headers);
  reply.raw.end(body, 'latin1');
  return reply;
}

function sendLater(reply: FastifyReply, body: string | Promise<string>): FastifyReply | Promise<FastifyReply> {
  return typeof body === 'string' ? sendBytes(reply, body) : body.then((text) => sendBytes(reply, text));
}

const asBytes = (text: string): string => Buffer.from(text).toString('latin1');

const isZipped = (request: FastifyRequest): boolean =>
  request.headers['content-encoding']?.includes('gzip') === true && Buffer.isBuffer(request.body);

const gunzipAsync = promisify(gunzip);

async function unzip(request: FastifyRequest): Promise<Buffer> {
  try {
    return await gunzipAsync(request.body as Buffer, { maxOutputLength: MAX_UNZIPPED });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new StatusError('RESOURCE_EXHAUSTED', `The unpacked body is larger than ${MAX_UNZIPPED} bytes`);
    }
    // TF Serving drops a body that it cannot unpack, and then finds the document empty.
    return EMPTY;
  }
}

/** The methods for which TF Serving asks libevent. */
const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];

/** A browser asks before it sends: its page has an origin. */
const isFromPage = (request: FastifyRequest): boolean => /https?:\/\//.test(request.headers.origin ?? '');

/** What is no HTTP, has too long a header or takes too long never becomes a request. */
function refuseClient(this: FastifyInstance, error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, text] = CLIENT_ERRORS[error.code ?? ''] ?? ['400 Bad Request', `Malformed request: ${error.message}`];
  const body = errorText(text);
  const headers = `Content-Type: ${JSON_TYPE}\r\nContent-Length: ${body.length}\r\nConnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`, 'latin1');
}

const CLIENT_ERRORS: Record<string, [string, string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', `The header is larger than ${MAX_HEADER} bytes`],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', `The request did not arrive within ${REQUEST_TIMEOUT / 1000} s`],
};

/** libevent's own page, for what TF Serving's handlers never see. */
function refuse(reply: FastifyReply, status: number, reason: string): FastifyReply {
  const head = `<HTML><HEAD>\n<TITLE>${status} ${reason}</TITLE>\n</HEAD>`;
  return sendBytes(reply, `${head}<BODY>\n<H1>${reason}</H1>\n</BODY></HTML>\n`, status, 'text/html');
}

/** `{"error": TEXT}` in TF Serving's layout; `details`, where there are any, come after it. */
function fail(reply: FastifyReply, { code, message, details, retryAfter }: StatusError): FastifyReply {
  if (retryAfter !== undefined) reply.raw.setHeader('Retry-After', String(Math.max(1, Math.ceil(retryAfter))));
  return sendBytes(reply, errorText(message, details), httpStatus(code));
}

function errorText(message: string, details?: Record<string, unknown>): string {
  const writer = new PrettyWriter();
  writer.startObject();
  writer.key('error');
  writer.string(Buffer.from(message));
  if (details) {
    writer.key('details');
    writer.raw(asBytes(JSON.stringify(details)));
  }
  writer.endObject();
  return writer.text;
}

function fromFastify(error: Error & { statusCode?: number }): StatusError {
  if (error.statusCode === 413)
    return new StatusError('RESOURCE_EXHAUSTED', `The body is larger than ${MAX_BODY} bytes`);
  return error.statusCode === undefined ? toStatus(error) : new StatusError('INVALID_ARGUMENT', error.message);
}
