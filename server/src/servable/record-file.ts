import { crc32c, mask } from '../../../lib/saved-model/crc32c.ts';
import { StatusError } from '../codec/errors.ts';

/** The records of a TFRecord file, with the words of TensorFlow's reader for one that is none. */
export function* readRecords(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; ) {
    if (at + HEADER > file.length) throw truncated(at);
    if (!matches(file, at, 8)) throw new StatusError('DATA_LOSS', `corrupted record at ${at}`);
    const length = Number(file.readBigUInt64LE(at));
    const start = at + HEADER;
    if (start + length + FOOTER > file.length) throw truncated(at);
    if (!matches(file, start, length)) throw new StatusError('DATA_LOSS', `corrupted record at ${at}`);
    yield file.subarray(start, start + length);
    at = start + length + FOOTER;
  }
}

/** Length (8 bytes) and its checksum; the record; its checksum. */
const HEADER = 12;
const FOOTER = 4;

const matches = (file: Buffer, at: number, length: number): boolean =>
  file.readUInt32LE(at + length) === mask(crc32c(file.subarray(at, at + length)));

const truncated = (at: number): StatusError => new StatusError('DATA_LOSS', `truncated record at ${at}`);
