/** The tsconfig.json that an editor would use for the notebook: of its folder or of one above, up to the project's. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createPathsMatcher, parseTsconfig } from 'get-tsconfig';
import type { LowerSettings } from './lower.ts';

export type NearbyConfig = {
  /** Of the file; undefined where there is none. */
  file?: string;
  /** What of its compilerOptions the checker takes over, paths made absolute. */
  options: Record<string, unknown>;
  lower: LowerSettings;
  /** Where `paths` lead, best first; nothing where no pattern fits. */
  candidates(specifier: string): string[];
  /** Files whose coming, going or change makes it another, also those that are not there. */
  sources: string[];
  /** Why it cannot be read: it then says nothing. */
  problem?: string;
};

/** What says how code is to be understood. How a program is built or which files it has is no business of a notebook. */
const taken = [
  'strict',
  'alwaysStrict',
  'noImplicitAny',
  'noImplicitThis',
  'strictBindCallApply',
  'strictBuiltinIteratorReturn',
  'strictFunctionTypes',
  'strictNullChecks',
  'strictPropertyInitialization',
  'useUnknownInCatchVariables',
  'exactOptionalPropertyTypes',
  'noUncheckedIndexedAccess',
  'noPropertyAccessFromIndexSignature',
  'noImplicitOverride',
  'noImplicitReturns',
  'noFallthroughCasesInSwitch',
  'lib',
  'jsx',
  'jsxFactory',
  'jsxFragmentFactory',
  'jsxImportSource',
  'experimentalDecorators',
  'emitDecoratorMetadata',
  'useDefineForClassFields',
  'customConditions',
  'allowJs',
  'checkJs',
];

/** Answers with the same object until one of its files changes, or one appears that counts instead. */
export function followConfig(folder: string): () => NearbyConfig {
  let config: NearbyConfig | undefined;
  let stamps = '';
  return () => {
    if (config && stampsOf(config.sources) === stamps) return config;
    config = nearbyConfig(folder);
    stamps = stampsOf(config.sources);
    return config;
  };
}

function stampsOf(files: string[]): string {
  return files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      // A folder such as .git changes all the time; it only has to be there.
      return found?.isFile() ? `${found.mtimeMs} ${found.size} ${found.ino}` : String(found !== undefined);
    })
    .join();
}

function nearbyConfig(folder: string): NearbyConfig {
  const sources: string[] = [];
  const nothing = { options: {}, lower: {}, candidates: () => [], sources };
  const file = find(folder, sources);
  if (!file) return nothing;
  const read = new Map<string, unknown>();
  try {
    return { ...configIn(file, read), sources };
  } catch (error) {
    return { ...nothing, problem: `${file}: ${(error as Error).message}` };
  } finally {
    sources.push(...filesIn(read));
  }
}

/** What the parser asked the disk for, such as the files that tsconfig.json extends: its cache is keyed `statSync:PATH`. */
function filesIn(cache: Map<string, unknown>): Set<string> {
  return new Set([...cache.keys()].map((key) => key.replace(/^\w+:/, '').replace(/:utf8$/, '')));
}

function configIn(file: string, read: Map<string, unknown>): Omit<NearbyConfig, 'sources'> {
  const config = parseTsconfig(file, read as Map<string, string>);
  const given = (config.compilerOptions ?? {}) as Record<string, unknown>;
  const options: Record<string, unknown> = {};
  for (const name of taken) if (given[name] !== undefined) options[name] = given[name];
  if (Array.isArray(given.types)) options.types = [...new Set([...(given.types as string[]), 'node'])];
  const base = dirname(file);
  const root = typeof given.baseUrl === 'string' ? join(base, given.baseUrl) : base;
  const paths = given.paths as Record<string, string[]> | undefined;
  if (paths)
    options.paths = Object.fromEntries(
      Object.entries(paths).map(([pattern, targets]) => [pattern, targets.map((target) => join(root, target))]),
    );
  const matcher = paths ? createPathsMatcher({ path: file, config } as never) : null;
  return { file, options, lower: lowerSettings(given), candidates: (specifier) => matcher?.(specifier) ?? [] };
}

function lowerSettings(given: Record<string, unknown>): LowerSettings {
  const text = (name: string) => (typeof given[name] === 'string' ? (given[name] as string) : undefined);
  const jsx = text('jsx')?.toLowerCase();
  const pragma = text('jsxFactory');
  const pragmaFrag = text('jsxFragmentFactory');
  const importSource = text('jsxImportSource');
  const old = /^es(?:3|5|6|20(?:1\d|2[01]))$/i.test(text('target') ?? '');
  return {
    ...(jsx
      ? {
          jsx: {
            runtime: jsx.startsWith('react-jsx') ? 'automatic' : 'classic',
            ...(pragma ? { pragma } : {}),
            ...(pragmaFrag ? { pragmaFrag } : {}),
            ...(importSource ? { importSource } : {}),
          },
        }
      : {}),
    legacyDecorators: given.experimentalDecorators === true,
    emitDecoratorMetadata: given.emitDecoratorMetadata === true,
    assignClassFields: given.useDefineForClassFields === false || (given.useDefineForClassFields === undefined && old),
  };
}

/** A folder above the project's own (package.json, .git) is somebody else's. */
function find(folder: string, looked: string[]): string | undefined {
  const [file, ...roots] = ['tsconfig.json', 'package.json', '.git'].map((name) => join(folder, name));
  looked.push(file!, ...roots);
  if (existsSync(file!)) return file;
  const parent = dirname(folder);
  return parent === folder || roots.some((root) => existsSync(root)) ? undefined : find(parent, looked);
}
