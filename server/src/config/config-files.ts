import { readFileSync } from 'node:fs';
import { StatusError, toStatus } from '../codec/errors.ts';
import type { Log } from '../log.ts';
import { type MessageType, parseTextProto, type TextMessage, TextProtoError } from './text-proto.ts';

/** Reads a text proto file; what is wrong with it goes to the log, as protobuf does, and the status names the file. */
export function readConfigFile(path: string, type: MessageType, log: Log): TextMessage {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = toStatus(error);
    throw new StatusError(
      code,
      `${path}; ${code === 'NOT_FOUND' ? 'No such file or directory' : (error as Error).message}`,
    );
  }
  try {
    return parseTextProto(text, type);
  } catch (error) {
    if (!(error instanceof TextProtoError)) throw error;
    log('E', 'text format', `Error parsing text-format ${type.name}: ${error.line}:${error.column}: ${error.message}`);
    throw new StatusError('INVALID_ARGUMENT', `Invalid protobuf file: '${path}'`);
  }
}

export function one<T>(message: TextMessage | undefined, field: string, otherwise: T): T {
  return (message?.get(field)?.[0] as T | undefined) ?? otherwise;
}

/** A status's text without its code, as TF Serving logs it. */
export const readError = (error: unknown): string => toStatus(error).message;
