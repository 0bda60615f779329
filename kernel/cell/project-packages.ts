import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder and all above it, the nearest first: where packages are looked for. */
export function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

/** Where typelab's own packages lie, seen from one of its files. */
export function nodeModulesOf(file: string): string | undefined {
  const parent = ancestors(dirname(file)).find((one) => existsSync(join(one, 'node_modules', 'typescript')));
  return parent && join(parent, 'node_modules');
}

/** typelab's own dependencies are there for every notebook. */
export function dependencies(nodeModules: string): string[] {
  const manifest = json(join(dirname(nodeModules), 'package.json'));
  return Object.keys((manifest?.dependencies as object | undefined) ?? {}).filter(
    (name) => !name.startsWith('@types/'),
  );
}

/** The declarations of a package, or those that @types has of it. */
export function typesOf(nodeModules: string, name: string): string | undefined {
  const folder = join(nodeModules, name);
  const manifest = json(join(folder, 'package.json'));
  const entry = manifest && (typesIn(manifest.exports) ?? manifest.types ?? manifest.typings);
  const candidates = [
    typeof entry === 'string' ? join(folder, entry) : '',
    join(folder, 'index.d.ts'),
    ...(typeof manifest?.main === 'string' ? [join(folder, manifest.main.replace(/\.[cm]?js$/, '.d.ts'))] : []),
    join(nodeModules, '@types', name.replace(/^@(.*)\//, '$1__'), 'index.d.ts'),
  ];
  return candidates.find((file) => /\.d\.[cm]?ts$/.test(file) && existsSync(file));
}

function typesIn(exports: unknown): string | undefined {
  if (typeof exports !== 'object' || exports === null) return undefined;
  const map = exports as Record<string, unknown>;
  for (const key of ['.', 'types', 'import', 'node', 'default']) {
    const value = map[key];
    if (typeof value === 'string' && /\.d\.[cm]?ts$/.test(value)) return value;
    const inner = typesIn(value);
    if (inner) return inner;
  }
  return undefined;
}

export function json(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
