import { intAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { integers } from './shape.ts';
import { strings } from './text.ts';

/** Sounds from files: what models that hear commands begin with. */
export const SOUND: Record<string, OpRow> = {
  DecodeWav: row((node) => {
    const [channels, samples] = [intAttr(node, 'desired_channels', -1), intAttr(node, 'desired_samples', -1)];
    return ([file]) => {
      if ((file as Value).shape.length > 0) throw refuse(node, `contents must be scalar, got shape [${file?.shape}]`);
      const wave = readWave(node, strings(file as Value)[0] as Uint8Array);
      const [width, length] = [channels < 0 ? wave.channels : channels, samples < 0 ? wave.length : samples];
      const data = new Float32Array(length * width);
      // What is missing is silence; a channel that is missing is the last one again.
      for (let i = 0; i < Math.min(length, wave.length); i++)
        for (let channel = 0; channel < width; channel++)
          data[i * width + channel] = wave.at(i, Math.min(channel, wave.channels - 1));
      return [hostValue('float32', [length, width], data), integers('int32', [wave.rate], [])];
    };
  }),
};

type Wave = { channels: number; rate: number; length: number; at(sample: number, channel: number): number };

/** Plain numbers of 16 bits, the only ones that TensorFlow reads. */
function readWave(node: FlatNode, bytes: Uint8Array): Wave {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number) => Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
  const expect = (at: number, text: string) => {
    if (word(at) !== text) throw refuse(node, `Header mismatch: Expected ${text} but found ${word(at)}`);
  };
  expect(0, 'RIFF');
  expect(8, 'WAVE');
  expect(12, 'fmt ');
  if (bytes.length < 36) throw refuse(node, 'Data too short when trying to read the header of a WAV file');
  const [size, format, channels] = [view.getUint32(16, true), view.getUint16(20, true), view.getUint16(22, true)];
  const [rate, bits] = [view.getUint32(24, true), view.getUint16(34, true)];
  if (format !== 1) throw refuse(node, `Bad audio format for WAV: Expected 1 (PCM), but got ${format}`);
  if (bits !== 16) throw refuse(node, `Can only read 16-bit WAV files, but received ${bits}`);
  if (channels === 0) throw refuse(node, 'Bad number of channels for WAV: Expected at least 1');
  for (let at = 20 + size; at + 8 <= bytes.length; ) {
    const [name, length, start] = [word(at), view.getUint32(at + 4, true), at + 8];
    if (name !== 'data') {
      at = start + length;
      continue;
    }
    if (start + length > bytes.length)
      throw refuse(node, `Data too short when trying to read ${length} bytes of samples`);
    const sample = (i: number, channel: number) => view.getInt16(start + 2 * (i * channels + channel), true) / 32768;
    return { channels, rate, length: Math.floor(length / 2 / channels), at: sample };
  }
  throw refuse(node, 'No data chunk found in WAV');
}
