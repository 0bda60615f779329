import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NearbyConfig } from '../tsconfig.ts';
import { ancestors, dependencies, json, nodeModulesOf, typesOf } from './project-packages.ts';

export type Config = { compilerOptions: Record<string, unknown>; files: string[] };

export type ConfigOptions = {
  /** The notebook's folder. */
  folder: string;
  nearby: NearbyConfig;
  /** Absolute paths of what `typelab` and `typelab/kernel` are. */
  typelabLib: string;
  typelabKernel: string;
  /** Cells are JavaScript. */
  inJavaScript?: boolean;
};

/** What a notebook's author expects without any tsconfig.json: strict, modern, with Node's types. */
export function configOf(
  { folder, nearby, typelabLib, typelabKernel, inJavaScript = false }: ConfigOptions,
  files: string[],
): Config {
  const paths: Record<string, string[]> = { typelab: [typelabLib], 'typelab/kernel': [typelabKernel] };
  const own = nodeModulesOf(typelabLib) ?? nodeModulesOf(import.meta.dirname);
  const typeRoots = [...ancestors(folder).map((parent) => join(parent, 'node_modules', '@types'))];
  if (own) {
    // Packages bring old types of Node along (jimp those of Node 16), which this TypeScript cannot make sense of.
    const nearest = typeRoots.map(nodeTypes).find((version) => version !== undefined) ?? 0;
    if (nearest < (nodeTypes(join(own, '@types')) ?? 0)) typeRoots.unshift(join(own, '@types'));
    else typeRoots.push(join(own, '@types'));
    for (const name of dependencies(own)) {
      const isInstalled = ancestors(folder).some((parent) =>
        existsSync(join(parent, 'node_modules', name, 'package.json')),
      );
      const types = !isInstalled || name === 'tslab' ? typesOf(own, name) : undefined;
      if (types) paths[name] = [types];
    }
  }
  return {
    compilerOptions: {
      target: 'esnext',
      lib: ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable'],
      module: 'esnext',
      moduleResolution: 'bundler',
      moduleDetection: 'force',
      customConditions: ['node'],
      types: ['node'],
      typeRoots: typeRoots.filter((root) => existsSync(root)),
      strict: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      allowJs: true,
      // A local .tsx may be imported; in a cell JSX has to be asked for.
      jsx: 'react',
      // Only cells are asked about, and those in JavaScript only after `%typecheck`.
      checkJs: inJavaScript,
      skipLibCheck: true,
      ...nearby.options,
      noEmit: true,
      paths: { ...(nearby.options.paths as object | undefined), ...paths },
    },
    files,
  };
}

/** The version of Node that the types in that folder are of. */
function nodeTypes(typeRoot: string): number | undefined {
  const version = json(join(typeRoot, 'node', 'package.json'))?.version;
  return typeof version === 'string' ? Number.parseInt(version, 10) : undefined;
}

/** Without the types of the DOM and Node. */
export function languageOnly({ compilerOptions, files }: Config): Config {
  return { compilerOptions: { ...compilerOptions, lib: languageOf({ compilerOptions }), types: [] }, files };
}

/** Of `lib`, what is JavaScript's own: a nearby tsconfig.json may name an older one. */
export function languageOf({ compilerOptions }: Pick<Config, 'compilerOptions'>): string[] {
  return (compilerOptions.lib as string[]).filter((name) => /^es/i.test(name));
}
