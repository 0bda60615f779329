import type { Bundle } from '../runtime/run.ts';

const kinds: { type: string; starts: (bytes: Uint8Array) => boolean }[] = [
  // With its size: of less a front end draws a broken image.
  { type: 'image/png', starts: (b) => begins(b, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) && b.length >= 24 },
  { type: 'image/jpeg', starts: (b) => begins(b, [0xff, 0xd8, 0xff]) },
  { type: 'image/gif', starts: (b) => begins(b, [0x47, 0x49, 0x46, 0x38]) },
  {
    type: 'image/webp',
    starts: (b) => begins(b, [0x52, 0x49, 0x46, 0x46]) && begins(b.subarray(8), [0x57, 0x45, 0x42, 0x50]),
  },
  { type: 'application/pdf', starts: (b) => begins(b, [0x25, 0x50, 0x44, 0x46, 0x2d]) },
];

/** Bytes that are a picture or a PDF, told by their first ones. */
export function binary(value: unknown): Bundle | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  const kind = kinds.find(({ starts }) => starts(value));
  if (!kind) return undefined;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const size = kind.type === 'image/png' ? [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] : undefined;
  const described = `[${kind.type}${size ? ` ${size.join(' × ')}` : ''}, ${bytes.length} bytes]`;
  return { data: { [kind.type]: bytes.toString('base64'), 'text/plain': described }, metadata: {} };
}

function begins(bytes: Uint8Array, magic: number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
}
