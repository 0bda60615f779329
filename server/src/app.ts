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
import { modelStatus, writeStatus } from './routes/status.ts';
import { Trace } from './routes/trace.ts';
import type { ServerCore } from './servable/server-core.ts';

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
    routerOptions: { ignoreTrailingSlash: false },
    // Else a draining server would answer 503 to requests that are already on its connections.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 0,
    http: { maxHeaderSize: MAX_HEADER },
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
  app.all('*', (request, reply) => {
    const path = pathOf(request.url);
    if (path === monitoring?.path) {
      const page = monitoring.page?.() ?? monitoring.metrics.page();
      return page.then((text) => sendBytes(reply, text, 200, TEXT));
    }
    if (!isApi(path)) return notFound(reply);
    if (cors) reply.headers(CORS);
    if (isZipped(request)) return unzip(request).then((body) => handle(request, path, body, reply));
    return handle(request, path, (request.body as Buffer | undefined) ?? EMPTY, reply);
  });
  app.setErrorHandler((error, _request, reply) => fail(reply, fromFastify(error as Error & { statusCode?: number })));
  return app;

  function handle(
    request: FastifyRequest,
    path: string,
    body: Buffer,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    const held = hold?.();
    if (held) return held.then(() => handle(request, path, body, reply));
    const trace = monitoring && new Trace();
    const done = (status: string): void => trace?.finish((monitoring as { metrics: Metrics }).metrics, status);
    const failed = (error: unknown): FastifyReply => {
      const thrown = toStatus(error);
      done(thrown.code);
      return fail(reply, thrown);
    };
    try {
      const answered =
        request.method === 'OPTIONS'
          ? preflight(request, reply)
          : answer(core, request, path, body, reply, trace, timeout);
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
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'POST, GET',
  'Access-Control-Allow-Headers': 'Content-Type',
};

function answer(
  core: ServerCore,
  request: FastifyRequest,
  path: string,
  body: Buffer,
  reply: FastifyReply,
  trace: Trace | undefined,
  timeout: number,
): FastifyReply | Promise<FastifyReply> {
  const ours = request.method === 'GET' ? (health(core, path) ?? listModels(core, path)) : undefined;
  if (ours) return sendBytes(reply, asBytes(ours.body), ours.status);
  const target = parseTarget(request.method, path);
  if (trace && target.kind !== 'malformed') trace.model = target.wanted.name;
  switch (target.kind) {
    case 'status':
      return sendBytes(reply, asBytes(writeStatus(modelStatus(core, target.wanted))));
    case 'metadata':
      return sendBytes(reply, asBytes(metadata(core, target.wanted)));
    case 'run':
      if (trace) trace.api = target.verb;
      return sendLater(
        reply,
        target.verb === 'predict'
          ? predict(core, target.wanted, body, trace, timeout > 0 ? Date.now() + timeout : undefined)
          : classifyOrRegress(core, target.verb, target.wanted, body, trace),
      );
    case 'malformed':
      throw new StatusError('INVALID_ARGUMENT', `Malformed request: ${request.method} ${path}`);
  }
}

/**
 * Sends a body of one character per byte. Past fastify's send: it adds a charset that TF Serving has not, and a latin1 string leaves
 * in one write with its header, which a Buffer does not (a fifth of the time of a small request).
 */
function sendBytes(reply: FastifyReply, body: string, status = 200, type = JSON_TYPE): FastifyReply {
  const headers: OutgoingHttpHeaders = {
    // A full queue empties in milliseconds; whole seconds are what the header can say.
    ...(status === 503 && { 'retry-after': '1' }),
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': type,
    'content-length': body.length,
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

/** The path without the query, as it came: decoding is for the names inside. */
function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

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

/** libevent's own page. */
const NOT_FOUND = '<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD><BODY>\n<H1>Not Found</H1>\n</BODY></HTML>\n';

function preflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(/https?:\/\//.test(request.headers.origin ?? '') ? 200 : 400).send();
}

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

function notFound(reply: FastifyReply): FastifyReply {
  return sendBytes(reply, NOT_FOUND, 404, 'text/html');
}

/** `{"error": TEXT}` in TF Serving's layout; `details`, where there are any, come after it. */
function fail(reply: FastifyReply, { code, message, details }: StatusError): FastifyReply {
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
