// Compiles assembly/ (AssemblyScript) to floats.wasm, which is checked in, so that users need no compiler:
//   node server/src/codec/build.ts
// The same sources give the same bytes on every machine; a test builds anew and compares.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const options = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--memoryBase', '4096'];

export async function buildFloats(): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['server/src/codec/assembly/index.ts', '--baseDir', root, '--outFile', 'floats.wasm', ...options],
    {
      writeFile: (_name: string, contents: string | Uint8Array) => {
        bytes = contents as Uint8Array;
      },
    },
  );
  if (error || !bytes) throw new Error(`AssemblyScript: ${error?.message}\n${stderr}`);
  return bytes;
}

if (import.meta.main) {
  const bytes = await buildFloats();
  await writeFile(new URL('./floats.wasm', import.meta.url), bytes);
  console.log(`server/src/codec/floats.wasm: ${bytes.length} bytes`);
}
