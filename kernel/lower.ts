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
  error?: string;
};

/** @param decorated whether there are decorators: Node cannot parse them, and only esbuild lowers the standard ones */
export function lower(text: string, language: Dialect, decorated: boolean, settings: LowerSettings = {}): Lowered {
  return decorated && !settings.legacyDecorators
    ? withEsbuild(text, language, settings)
    : withOxc(text, language, decorated, settings);
}

function withOxc(text: string, language: Dialect, decorated: boolean, settings: LowerSettings): Lowered {
  const { code, map, errors } = transformSync(`cell.${language}`, text, {
    lang: language,
    sourceType: 'module',
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
    ...(error ? { error: error.message } : {}),
  };
}

/** Loaded when the first decorator comes: most sessions have none. */
function withEsbuild(text: string, language: Dialect, { jsx, elideImports }: LowerSettings): Lowered {
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  try {
    const { code, map } = esbuild.transformSync(text, {
      loader: language,
      target: 'esnext',
      supported: { decorators: false },
      sourcemap: 'external',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: elideImports !== true } },
      ...(jsx?.runtime === 'automatic' ? { jsx: 'automatic', jsxImportSource: jsx.importSource ?? 'react' } : {}),
      ...(jsx?.pragma ? { jsxFactory: jsx.pragma } : {}),
      ...(jsx?.pragmaFrag ? { jsxFragment: jsx.pragmaFrag } : {}),
      logLevel: 'silent',
    });
    return { code, mappings: (JSON.parse(map) as { mappings: string }).mappings, helpers: '' };
  } catch (error) {
    const [first] = (error as { errors?: { text: string }[] }).errors ?? [];
    return { code: '', mappings: '', helpers: '', error: first?.text ?? (error as Error).message };
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
