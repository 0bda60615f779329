/** The tsconfig.json that an editor would use for the notebook: of its folder or of one above, up to the project's. */
import { existsSync } from 'node:fs';
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

/** @throws with the file's name when it cannot be read */
export function nearbyConfig(folder: string): NearbyConfig {
  const file = find(folder);
  if (!file) return { options: {}, lower: {}, candidates: () => [] };
  const config = parseTsconfig(file);
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
function find(folder: string): string | undefined {
  const file = join(folder, 'tsconfig.json');
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  const isRoot = parent === folder || ['package.json', '.git'].some((name) => existsSync(join(folder, name)));
  return isRoot ? undefined : find(parent);
}
