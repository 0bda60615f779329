// Compiles assembly/ (AssemblyScript) to kernels.wasm, which is checked in, so that users need no compiler:
//   node lib/engine/embedded/build.ts
// The same sources give the same bytes on every machine; a test builds anew and compares.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const options = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
  // The memory is tfjs's; with no start address of our own, any data segment would overwrite it (a test looks for one).
  ...['--importMemory', '--noExportMemory'],
  ...['--enable', 'simd', '--enable', 'relaxed-simd', '--enable', 'bulk-memory'],
];

export async function buildKernels(): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['lib/engine/embedded/assembly/index.ts', '--baseDir', root, '--outFile', 'kernels.wasm', ...options],
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
  const bytes = await buildKernels();
  await writeFile(new URL('./kernels.wasm', import.meta.url), bytes);
  console.log(`lib/engine/embedded/kernels.wasm: ${bytes.length} bytes`);
}
