// Compiles assembly/ (AssemblyScript) to kernels.wasm: node lib/engine/embedded/build.ts
import { writeFile } from 'node:fs/promises';
import { assemble } from '../assemble.ts';

const options = [
  // The memory is tfjs's; with no start address of our own, any data segment would overwrite it (a test looks for one).
  ...['--importMemory', '--noExportMemory'],
  ...['--enable', 'simd', '--enable', 'relaxed-simd', '--enable', 'bulk-memory'],
];

export const buildKernels = (): Promise<Uint8Array> => assemble('lib/engine/embedded/assembly/index.ts', options);

if (import.meta.main) {
  const bytes = await buildKernels();
  await writeFile(new URL('./kernels.wasm', import.meta.url), bytes);
  console.log(`lib/engine/embedded/kernels.wasm: ${bytes.length} bytes`);
}
