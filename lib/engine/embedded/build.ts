// Compiles assembly/ (AssemblyScript) to kernels.wasm and kernels-shared.wasm: node lib/engine/embedded/build.ts
import { writeFile } from 'node:fs/promises';
import { assemble } from '../assemble.ts';

const options = [
  // The memory is tfjs's; with no start address of our own, any data segment would overwrite it (a test looks for one).
  ...['--importMemory', '--noExportMemory'],
  ...['--enable', 'simd', '--enable', 'relaxed-simd', '--enable', 'bulk-memory'],
];

/** The same kernels on a memory that threads share: a module says in its bytes which of the two it takes. */
const shared = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

export async function buildKernels(): Promise<Record<string, Uint8Array>> {
  const entry = 'lib/engine/embedded/assembly/index.ts';
  return {
    'kernels.wasm': await assemble(entry, options),
    'kernels-shared.wasm': await assemble(entry, [...options, ...shared]),
  };
}

if (import.meta.main) {
  for (const [name, bytes] of Object.entries(await buildKernels())) {
    await writeFile(new URL(name, import.meta.url), bytes);
    console.log(`lib/engine/embedded/${name}: ${bytes.length} bytes`);
  }
}
