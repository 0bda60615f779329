// Compiles assembly/ (AssemblyScript) to floats.wasm: node server/src/codec/build.ts
import { writeFile } from 'node:fs/promises';
import { assemble } from '../../../lib/engine/assemble.ts';

export const buildFloats = (): Promise<Uint8Array> =>
  assemble('server/src/codec/assembly/index.ts', ['--memoryBase', '4096']);

if (import.meta.main) {
  const bytes = await buildFloats();
  await writeFile(new URL('./floats.wasm', import.meta.url), bytes);
  console.log(`server/src/codec/floats.wasm: ${bytes.length} bytes`);
}
