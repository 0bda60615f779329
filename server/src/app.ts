import type { OutgoingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { httpStatus, StatusError, toStatus } from './codec/errors.ts';
import { PrettyWriter } from './codec/pretty-writer.ts';
import { health } from './routes/health.ts';
import { listModels } from './routes/list.ts';
import { metadata } from './routes/metadata.ts';
import { isApi, parseTarget } from './routes/path.ts';
import { predict } from './routes/predict.ts';
import { modelStatus, writeStatus } from './routes/status.ts';
import type { ServerCore } from './servable/server-core.ts';

export type AppOptions = {
  core: ServerCore;
  /** Adds TF Serving's three CORS headers to every answer under /v1/. */
  cors?: boolean;
};

/** The REST front end as a fastify app that does not listen: tests use inject(). */
export function build({ core, cors = false }: AppOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY,
    // Paths hold a colon (`models/x:predict`), which a router would read as a parameter: one route, our own parser.
    routerOptions: { ignoreTrailingSlash: false },
    // Else a draining server would answer 503 to requests that are already on its connections.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 0,
  });
  // The content type is never looked at: curl and urllib say form-urlencoded and send JSON.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_request, body, done) => done(null, body));
  app.all('*', (request, reply) => {
    const path = pathOf(request.url);
    if (!isApi(path)) return notFound(reply);
    if (cors) reply.headers(CORS);
    if (request.method === 'OPTIONS') return preflight(request, reply);
    try {
      return answer(core, request, path, reply);
    } catch (error) {
      return fail(reply, toStatus(error));
    }
  });
  app.setErrorHandler((error, _request, reply) => fail(reply, fromFastify(error as Error & { statusCode?: number })));
  return app;
}

/** Bodies of TF Serving have no limit that a user meets; ours ends where a Buffer for a request stops making sense. */
const MAX_BODY = 2 ** 31 - 1;

const JSON_TYPE = 'application/json';
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'POST, GET',
  'Access-Control-Allow-Headers': 'Content-Type',
};

function answer(core: ServerCore, request: FastifyRequest, path: string, reply: FastifyReply): FastifyReply {
  const ours = health(core, request.method, path) ?? listModels(core, request.method, path);
  if (ours) return sendBytes(reply, asBytes(ours.body), ours.status);
  const target = parseTarget(request.method, path);
  switch (target.kind) {
    case 'status':
      return sendBytes(reply, asBytes(writeStatus(modelStatus(core, target.wanted))));
    case 'metadata':
      return sendBytes(reply, asBytes(metadata(core, target.wanted)));
    case 'run':
      if (target.verb === 'predict') return sendBytes(reply, predict(core, target.wanted, bodyOf(request)));
      throw new StatusError('UNIMPLEMENTED', `${target.verb} is not there yet; use predict`);
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
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': type,
    'content-length': body.length,
  };
  reply.hijack();
  reply.raw.writeHead(status, headers);
  reply.raw.end(body, 'latin1');
  return reply;
}

const asBytes = (text: string): string => Buffer.from(text).toString('latin1');

/** The path without the query, as it came: decoding is for the names inside. */
function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function bodyOf(request: FastifyRequest): Buffer {
  const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
  if (body.length === 0 || !request.headers['content-encoding']?.includes('gzip')) return body;
  try {
    return gunzipSync(body, { maxOutputLength: MAX_BODY });
  } catch {
    // TF Serving drops a body that it cannot unpack, and then finds the document empty.
    return Buffer.alloc(0);
  }
}

/** libevent's own page. */
const NOT_FOUND = '<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD><BODY>\n<H1>Not Found</H1>\n</BODY></HTML>\n';

function preflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(/https?:\/\//.test(request.headers.origin ?? '') ? 200 : 400).send();
}

function notFound(reply: FastifyReply): FastifyReply {
  return sendBytes(reply, NOT_FOUND, 404, 'text/html');
}

/** `{"error": TEXT}` in TF Serving's layout; `details`, where there are any, come after it. */
function fail(reply: FastifyReply, { code, message, details }: StatusError): FastifyReply {
  const writer = new PrettyWriter();
  writer.startObject();
  writer.key('error');
  writer.string(Buffer.from(message));
  if (details) {
    writer.key('details');
    writer.raw(asBytes(JSON.stringify(details)));
  }
  writer.endObject();
  return sendBytes(reply, writer.text, httpStatus(code));
}

function fromFastify(error: Error & { statusCode?: number }): StatusError {
  if (error.statusCode === 413)
    return new StatusError('RESOURCE_EXHAUSTED', `The body is larger than ${MAX_BODY} bytes`);
  return error.statusCode === undefined ? toStatus(error) : new StatusError('INVALID_ARGUMENT', error.message);
}
