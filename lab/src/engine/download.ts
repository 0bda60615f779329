import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Wheel } from './wheel.ts';

/**
 * Brings the wheel to `file`, streamed. What an earlier try left (`file.part`) is gone on from; the whole is checked by
 * its SHA-256 and has its name only then.
 */
export async function download(wheel: Wheel, file: string, progress: (bytes: number) => void): Promise<void> {
  if (existsSync(file) && (await sha256(file)) === wheel.sha256) return;
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part`;
  let have = existsSync(part) ? (await stat(part)).size : 0;
  if (have < wheel.bytes || wheel.bytes === 0) {
    const response = await fetch(wheel.url, have > 0 ? { headers: { range: `bytes=${have}-` } } : {});
    if (!response.ok || !response.body) throw new Error(`${wheel.url} answers ${response.status}.`);
    // A server that knows no ranges sends everything again.
    if (response.status !== 206) have = 0;
    const saved = await open(part, have > 0 ? 'a' : 'w');
    let received = have;
    try {
      // Each piece is saved before the next is asked for: what is said to have come is there when it is gone on from.
      for await (const chunk of response.body) {
        await saved.writeFile(chunk);
        received += chunk.length;
        progress(received);
      }
    } catch (cause) {
      throw new Error(
        `The download of ${wheel.file} broke off after ${received} bytes (${(cause as Error).message}); the same command goes on from there.`,
        { cause },
      );
    } finally {
      await saved.close();
    }
  }
  const actual = await sha256(part);
  if (actual !== wheel.sha256) {
    await rm(part);
    throw new Error(`${wheel.file} is damaged: its SHA-256 is ${actual}, the index says ${wheel.sha256}. Try again.`);
  }
  await rename(part, file);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
