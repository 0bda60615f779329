/** The status codes of TensorFlow (absl): each with its gRPC number and the HTTP status that TF Serving's REST front end answers. */
const CODES = {
  OK: { grpc: 0, http: 200 },
  CANCELLED: { grpc: 1, http: 499 },
  UNKNOWN: { grpc: 2, http: 500 },
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  DATA_LOSS: { grpc: 15, http: 500 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
} as const;

export type Code = keyof typeof CODES;

/** What a request or a load ended with. `message` is TF Serving's text to the letter; `details` is ours and comes after it. */
export class StatusError extends Error {
  override name = 'StatusError';
  code: Code;
  details: Record<string, unknown> | undefined;
  /** Seconds after which another try makes sense, where something is only full. */
  retryAfter: number | undefined;

  constructor(code: Code, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export const invalidArgument = (message: string): StatusError => new StatusError('INVALID_ARGUMENT', message);

/** Any thrown thing as a status. lib/saved-model's ModelError carries the same code names; anything else is our own fault. */
export function toStatus(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof message === 'string' && typeof code === 'string' && code in CODES)
    return new StatusError(code as Code, message);
  // A file that cannot be read while a model loads: the codes that TensorFlow's file system gives.
  if (typeof message === 'string' && typeof code === 'string' && code in SYSTEM) {
    return new StatusError(SYSTEM[code] as Code, message);
  }
  return new StatusError('INTERNAL', typeof message === 'string' ? message : String(error));
}

const SYSTEM: Record<string, Code> = {
  ENOENT: 'NOT_FOUND',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  ENOSPC: 'RESOURCE_EXHAUSTED',
};

/** Time or room was missing; nothing is wrong with the request. */
export const isTransient = ({ code }: StatusError): boolean =>
  code === 'UNAVAILABLE' || code === 'DEADLINE_EXCEEDED' || code === 'CANCELLED' || code === 'RESOURCE_EXHAUSTED';

/** `INVALID_ARGUMENT: …`, as an absl::Status prints itself. */
export const statusText = (status: StatusError): string => `${status.code}: ${status.message}`;
export const httpStatus = (code: Code): number => CODES[code].http;
export const grpcStatus = (code: Code): number => CODES[code].grpc;
