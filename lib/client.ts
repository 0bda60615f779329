import { fromJson, toJson } from './json.ts';

/** `instances` (row format: one item per example) or `inputs` (columnar), as TensorFlow Serving's REST API takes them. */
export type PredictRequest = { signature_name?: string; instances?: unknown; inputs?: unknown };
export type PredictResponse = { predictions?: unknown; outputs?: unknown };

/** A server's answer that is not a prediction. */
export class ServerError extends Error {
  override name = 'ServerError';
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** What the server says beside its text (its `details`, e.g. expected and given shapes), else the answer's body. */
  details: unknown;

  constructor(message: string, status: number, details: unknown, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.details = details;
  }
}

/**
 * Asks a model server for predictions (POST, JSON).
 *
 * @param url of the model, with or without `:predict`, e.g. `http://localhost:8501/v1/models/digits_model`
 * @param request tensors and typed arrays are accepted where JSON arrays are
 * @param options.timeout seconds to wait for the answer; 60 when absent
 * @throws ServerError with the server's text, its HTTP status and the answer as details
 * @example
 * const { predictions } = await predict(server.url, { instances: test.images.slice([0], [3]) });
 */
export async function predict(
  url: string,
  request: PredictRequest,
  options: { timeout?: number } = {},
): Promise<PredictResponse> {
  const target = predictUrl(url);
  const { timeout = 60 } = options;
  const body = toJson(request);
  let answer: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(timeout * 1000);
    answer = await fetch(target, { method: 'POST', body, signal, headers: { 'content-type': 'application/json' } });
    text = await answer.text();
  } catch (error) {
    throw unreachable(target, timeout, error as Error);
  }
  const parsed = parse(text);
  if (!answer.ok || parsed === undefined) throw refused(target, answer, text, parsed);
  return parsed as PredictResponse;
}

function predictUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new Error(
      `predict: ${JSON.stringify(url)} is no URL; expected e.g. http://localhost:8501/v1/models/digits_model`,
    );
  }
  if (!/^https?:$/.test(parsed.protocol)) throw new Error(`predict: ${url} must start with http:// or https://`);
  const plain = url.replace(/\/+$/, '');
  return /:(predict|classify|regress)$/.test(plain) ? plain : `${plain}:predict`;
}

function parse(text: string): unknown {
  try {
    return fromJson(text);
  } catch {
    return undefined;
  }
}

function refused(target: string, answer: Response, text: string, parsed: unknown): ServerError {
  const body = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as { error?: unknown; details?: unknown };
  const details = body.details ?? parsed ?? text;
  const said = body.error === undefined ? text.slice(0, 500) : String(body.error);
  const status = `${answer.status} ${answer.statusText}`.trim();
  if (answer.ok)
    return new ServerError(`${target} answered something that is not JSON: ${said}`, answer.status, details);
  return new ServerError(`${said || 'no text'} (${status}, ${target})`, answer.status, details);
}

/** Which URL, why, and what to do about it. */
function unreachable(target: string, timeout: number, error: Error): ServerError {
  if (error.name === 'TimeoutError') {
    return new ServerError(
      `No answer from ${target} within ${timeout} s; pass { timeout } to wait longer.`,
      0,
      undefined,
      { cause: error },
    );
  }
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  const { hostname, port, protocol, pathname } = new URL(target);
  const at = port || (protocol === 'https:' ? '443' : '80');
  if (cause?.code === 'ECONNREFUSED') {
    const model = decodeURIComponent(pathname.match(/\/models\/([^/:]+)/)?.[1] ?? 'NAME');
    return new ServerError(
      `Nothing listens on ${hostname}:${at} (${target}). Start the server, e.g. ` +
        `await launchServer({ modelName: '${model}', modelBasePath, restApiPort: ${at} }), or in a terminal: ` +
        `tensorflow_model_server --rest_api_port=${at} --model_name=${model} --model_base_path=/absolute/path`,
      0,
      undefined,
      { cause: error },
    );
  }
  return new ServerError(`Cannot reach ${target}: ${cause?.message ?? error.message}`, 0, undefined, { cause: error });
}
