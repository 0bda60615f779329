import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A WebAssembly module from AssemblyScript: `entry` is a path from the repository's root. Modules are checked in, so that users need
 * no compiler; the same sources give the same bytes on every machine, and a test builds each anew and compares.
 */
export async function assemble(entry: string, options: string[]): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [entry, '--baseDir', root, '--outFile', 'module.wasm', ...COMMON, ...options],
    {
      writeFile: (_name: string, contents: string | Uint8Array) => {
        bytes = contents as Uint8Array;
      },
    },
  );
  if (error || !bytes) throw new Error(`AssemblyScript: ${error?.message}\n${stderr}`);
  return bytes;
}

const COMMON = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='];
