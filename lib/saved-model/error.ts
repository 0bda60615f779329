/** The gRPC status names that loading and running a model can end with; a server maps them to its own codes. */
export type ModelErrorCode =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'DATA_LOSS'
  | 'UNIMPLEMENTED'
  | 'INTERNAL';

/** What went wrong with a model or a request to it, in words for the person who made it. */
export class ModelError extends Error {
  override name = 'ModelError';
  code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The request is wrong: shapes, dtypes, values. */
export function invalid(message: string): ModelError {
  return new ModelError('INVALID_ARGUMENT', message);
}

/** The file is wrong: truncated, corrupt, or not what it says it is. */
export function corrupt(message: string): ModelError {
  return new ModelError('DATA_LOSS', message);
}
