/** TypeScript → JavaScript that Node runs: types, enums, JSX and decorators, as the nearby tsconfig.json wants them. */
import { createRequire } from 'node:module';
import { type Helpers, transformSync } from 'oxc-transform';

export type Dialect = 'ts' | 'tsx' | 'js' | 'jsx';

export type LowerSettings = {
  jsx?: { runtime: 'automatic' | 'classic'; pragma?: string; pragmaFrag?: string; importSource?: string };
  /** `experimentalDecorators`; standard ones otherwise. */
  legacyDecorators?: boolean;
  emitDecoratorMetadata?: boolean;
  /** `useDefineForClassFields: false`, which an old target implies. */
  assignClassFields?: boolean;
  /** Imports whose names are used as types only disappear, as in a file. A cell's stay: later cells use them. */
  elideImports?: boolean;
};

export type Lowered = {
  code: string;
  /** Source map "mappings" from `code` to the text. */
  mappings: string;
  /** Statements on one line that `code` needs before its first. */
  helpers: string;
  error?: { message: string; offset: number };
};

/** What is in the text that asks for another way: Node cannot parse decorators and `accessor`, and oxc lowers only the older ones. */
export type Found = {
  decorators: boolean;
  accessors: boolean;
  /** A namespace exports a variable, which oxc copies: what is assigned to it later would not be seen outside. */
  namespaceVariables: boolean;
  sloppy?: boolean;
};

export function lower(
  text: string,
  language: Dialect,
  { decorators, accessors, namespaceVariables, sloppy }: Found,
  settings: LowerSettings = {},
): Lowered {
  return (decorators || accessors || namespaceVariables) && !(decorators && settings.legacyDecorators)
    ? withEsbuild(text, language, settings)
    : withOxc(text, language, decorators, settings, sloppy);
}

/** A module's imports and exports as CommonJS, for .cts. */
export function toCommonJs(text: string): Lowered {
  return withEsbuild(text, 'ts', { elideImports: true }, 'cjs');
}

function withOxc(
  text: string,
  language: Dialect,
  decorated: boolean,
  settings: LowerSettings,
  sloppy = false,
): Lowered {
  const { code, map, errors } = transformSync(`cell.${language}`, text, {
    lang: language,
    sourceType: sloppy ? 'script' : 'module',
    sourcemap: true,
    target: 'esnext',
    typescript: {
      onlyRemoveTypeImports: settings.elideImports !== true,
      ...(settings.assignClassFields ? { removeClassFieldsWithoutInitializer: true } : {}),
    },
    ...(settings.assignClassFields ? { assumptions: { setPublicClassFields: true } } : {}),
    jsx: settings.jsx ?? { runtime: 'classic' },
    ...(decorated
      ? {
          decorator: { legacy: true, emitDecoratorMetadata: settings.emitDecoratorMetadata === true },
          helpers: { mode: 'External' as Helpers['mode'] },
        }
      : {}),
  });
  const [error] = errors.filter(({ severity }) => severity === 'Error');
  return {
    code,
    mappings: map?.mappings ?? '',
    helpers: decorated ? legacyHelpers : '',
    ...(error ? { error: { message: error.message, offset: error.labels[0]?.start ?? 0 } } : {}),
  };
}

/** What is wrong with a module that Node runs as it is: Node's own words come without the place. */
export function syntaxErrorOf(javascript: string): Lowered['error'] {
  const { errors } = transformSync('module.js', javascript, { lang: 'js', sourceType: 'module', target: 'esnext' });
  const [error] = errors.filter(({ severity }) => severity === 'Error');
  return error && { message: error.message, offset: error.labels[0]?.start ?? 0 };
}

/** Loaded when the first decorator comes: most sessions have none. */
function withEsbuild(text: string, language: Dialect, { jsx, elideImports }: LowerSettings, format?: 'cjs'): Lowered {
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  try {
    const { code, map } = esbuild.transformSync(text, {
      loader: language,
      target: 'esnext',
      // For Node, so that its lexer finds the names.
      ...(format ? { format, platform: 'node' } : {}),
      supported: { decorators: false },
      sourcemap: 'external',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: elideImports !== true } },
      ...(jsx?.runtime === 'automatic' ? { jsx: 'automatic', jsxImportSource: jsx.importSource ?? 'react' } : {}),
      ...(jsx?.pragma ? { jsxFactory: jsx.pragma } : {}),
      ...(jsx?.pragmaFrag ? { jsxFragment: jsx.pragmaFrag } : {}),
      logLevel: 'silent',
    });
    // A decorator may have sealed the class, as the one of TypeScript's handbook does; Node knows no Symbol.metadata anyway.
    const safe = code.replace(/(__decoratorMetadata = \(array, target\) => )/, '$1Object.isExtensible(target) && ');
    return { code: safe, mappings: (JSON.parse(map) as { mappings: string }).mappings, helpers: '' };
  } catch (error) {
    const [first] = (error as Partial<import('esbuild').TransformFailure>).errors ?? [];
    const { line = 1, column = 0 } = first?.location ?? {};
    const before = text.split('\n', line - 1).join('\n').length + (line > 1 ? 1 : 0);
    const message = first?.text ?? (error as Error).message;
    return { code: '', mappings: '', helpers: '', error: { message, offset: before + column } };
  }
}

/** What TypeScript itself emits as __decorate, __param and __metadata, under the names that the transformer calls. */
const legacyHelpers = [
  'const babelHelpers = {',
  'decorate(decorators, target, key, desc) {',
  'const c = arguments.length;',
  'let r = c < 3 ? target : desc === null ? (desc = Object.getOwnPropertyDescriptor(target, key)) : desc;',
  'for (let i = decorators.length - 1; i >= 0; i--) { const d = decorators[i];',
  'if (d) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r; }',
  'if (c > 3 && r) Object.defineProperty(target, key, r); return r; },',
  'decorateParam: (index, decorator) => (target, key) => decorator(target, key, index),',
  "decorateMetadata: (k, v) => typeof Reflect.metadata === 'function' ? Reflect.metadata(k, v) : undefined };",
].join(' ');
