import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolveImports } from 'resolve-pkg-maps';

export type NearestPackage = {
  file: string;
  /** Of its files that end in .js. */
  type: 'module' | 'commonjs' | undefined;
  /** Where `#name` leads, best first: addresses of files, names of packages. */
  imports(specifier: string, conditions: readonly string[]): string[];
};

type Manifest = { type?: unknown; imports?: Parameters<typeof resolveImports>[0] };

/** The package.json that a file belongs to, as it is now: Node goes on with what it read when it first needed it. */
export function nearestPackage(folder: string): NearestPackage | undefined {
  const file = join(folder, 'package.json');
  const manifest = read(file);
  if (manifest) return packageOf(file, manifest);
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestPackage(parent);
}

function packageOf(file: string, { type, imports }: Manifest): NearestPackage {
  return {
    file,
    type: type === 'module' || type === 'commonjs' ? type : undefined,
    imports: (specifier, conditions) =>
      targets(imports ?? {}, specifier, conditions).map((target) =>
        target.startsWith('./') ? pathToFileURL(join(dirname(file), target)).href : target,
      ),
  };
}

function targets(...asked: Parameters<typeof resolveImports>): string[] {
  try {
    return resolveImports(...asked);
  } catch {
    return []; // Nothing of that name: Node's words for it are good.
  }
}

function read(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}
