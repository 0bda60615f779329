import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire, type LoadFnOutput, type ResolveHookContext, registerHooks } from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { entries } from '../entries.ts';
import { lower, syntaxErrorOf, toCommonJs } from '../lower.ts';
import { followConfig, type NearbyConfig } from '../tsconfig.ts';
import { createFreshness } from './freshness.ts';
import { nearestPackage } from './nearest-package.ts';
import { plotWithDocument } from './plot.ts';

const scheme = 'typelab-import:';
const repository = new URL('../..', import.meta.url);
const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '.json'];
/** Names that mean the same wherever the notebook lies. */
const builtIn: Record<string, string> = {
  tslab: entries.tslab,
  typelab: new URL('lib/index.ts', repository).href,
  'typelab/kernel': entries.api,
};

type Next = (
  specifier: string,
  context?: Partial<ResolveHookContext>,
) => { url: string; format?: string | null | undefined };
type Resolved = ReturnType<Next> & { importAttributes?: ImportAttributes; shortCircuit?: boolean };

let count = 0;
let installed = false;
const fresh = createFreshness();
/** Of the notebook's folder; what is wrong with it is the checker's to tell. */
let nearby: () => NearbyConfig;

/** Node's own resolution, seen from the notebook; what it lacks for a notebook is added here and nowhere else. */
export function installHooks(folder: string): { address(specifier: string, from: string): string } {
  nearby = followConfig(folder);
  if (!installed) {
    installed = true;
    registerHooks({
      resolve: (specifier, context, next) => resolve(specifier, context, next as Next),
      load: (url, context, next) => load(url, context.format ?? undefined) ?? next(url, context),
    });
  }
  return {
    // Node remembers what an address resolved to; a new address each time lets it see what was edited or installed since.
    address: (specifier, from) => {
      forgetEdited();
      count += 1;
      return `${scheme}${count}?${new URLSearchParams({ specifier, from })}`;
    },
  };
}

/** CommonJS modules are kept by name, not by address: when one was edited, all local ones are forgotten, as they may depend on it. */
export function forgetEdited(): void {
  const cache = createRequire(import.meta.url).cache;
  const local = Object.keys(cache).filter((path) => fresh.knows(path) && isLocal(path));
  const before = new Map(local.map((path) => [path, fresh.version(path)]));
  fresh.look();
  if (local.some((path) => fresh.version(path) !== before.get(path))) for (const path of local) delete cache[path];
}

function resolve(asked: string, context: ResolveHookContext, next: Next): Resolved {
  let specifier = asked;
  let parentURL = context.parentURL;
  if (asked.startsWith(scheme)) {
    const query = new URLSearchParams(asked.slice(asked.indexOf('?')));
    specifier = query.get('specifier')!;
    parentURL = query.get('from')!;
  }
  const fixed = builtIn[specifier];
  if (fixed) return { url: fixed, shortCircuit: true };
  const parent = parentURL?.startsWith('file:') ? fileURLToPath(bare(parentURL)) : undefined;
  const local = parent !== undefined && isLocal(parent);
  const found: Resolved = find(specifier, { ...context, parentURL: parentURL && bare(parentURL) }, next, local);
  if (!found.url.startsWith('file:')) return found;
  if (plotWithDocument.isPlot(specifier) && local && !context.conditions.includes('require'))
    return { ...found, url: plotWithDocument.address(found.url), format: 'module', shortCircuit: true };
  if (
    local &&
    found.url.endsWith('.json') &&
    !context.importAttributes?.type &&
    !context.conditions.includes('require')
  )
    return versioned({ ...found, importAttributes: { type: 'json' } }, parent, asked);
  return versioned(found, parent, asked);
}

/** An edited file gets a new address; one that was never edited keeps its plain one. */
function versioned(found: Resolved, parent: string | undefined, asked: string): Resolved {
  const path = fileURLToPath(bare(found.url));
  if (!isLocal(path)) return found;
  if (path.endsWith('.js')) found.format = nearestPackage(dirname(path))?.type ?? found.format;
  if (parent && !asked.startsWith(scheme)) fresh.edge(parent, path);
  const version = fresh.version(path);
  return version === 0
    ? found
    : { ...found, url: `${found.url}${found.url.includes('?') ? '&' : '?'}typelab=${version}` };
}

function find(specifier: string, context: ResolveHookContext, next: Next, local: boolean): Resolved {
  const mapped = local ? (fromPaths(specifier) ?? fromImports(specifier, context)) : undefined;
  try {
    return next(mapped ?? specifier, context);
  } catch (error) {
    if (!local && !specifier.startsWith('@tensorflow/')) throw error;
    const guess = /^(\.{0,2}\/|file:)/.test(specifier)
      ? withExtension(new URL(specifier, context.parentURL))
      : fromRepository(specifier, context, next);
    if (!guess) {
      // The importer failed for want of this file; it deserves another try when the file is there.
      if (local && specifier.startsWith('.')) missing(specifier, context.parentURL!);
      throw error;
    }
    if (typeof guess !== 'string') return guess;
    // require() takes paths, not addresses.
    return next(context.conditions.includes('require') ? fileURLToPath(guess) : guess, context);
  }
}

/** tsconfig.json's `paths`. */
function fromPaths(specifier: string): string | undefined {
  if (/^(?:\.{0,2}\/|file:|node:)/.test(specifier)) return undefined;
  for (const path of nearby().candidates(specifier)) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return pathToFileURL(path).href;
    const found = withExtension(pathToFileURL(path));
    if (found) return found;
  }
  return undefined;
}

/** package.json's `imports`. */
function fromImports(specifier: string, { parentURL, conditions }: ResolveHookContext): string | undefined {
  if (!specifier.startsWith('#') || !parentURL) return undefined;
  return nearestPackage(dirname(fileURLToPath(parentURL)))?.imports(specifier, conditions)[0];
}

/** `./digits` and `./digits.js` mean ./digits.ts where only that exists, as they do for TypeScript. */
function withExtension(url: URL): string | undefined {
  const path = fileURLToPath(bare(url.href));
  const stem = path.replace(/\.([cm]?)jsx?$/, '');
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const candidates = [
    ...(folder ? [] : extensions.map((extension) => path + extension)),
    ...(stem === path ? [] : [`${stem}.ts`, `${stem}.mts`, `${stem}.cts`, `${stem}.tsx`]),
    ...extensions.map((extension) => `${path}${sep}index${extension}`),
  ];
  const found = candidates.find((candidate) => existsSync(candidate));
  return found && pathToFileURL(found).href;
}

function missing(specifier: string, parentURL: string): void {
  const path = fileURLToPath(bare(new URL(specifier, parentURL).href));
  for (const candidate of [path, ...extensions.map((extension) => path + extension)])
    fresh.edge(fileURLToPath(bare(parentURL)), candidate);
}

/** What the course itself needs is there for every notebook, and tfjs once, so that tensors of two copies never meet. */
function fromRepository(specifier: string, context: ResolveHookContext, next: Next): Resolved | undefined {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
  if (!name.startsWith('@tensorflow/') && !(name in dependencies())) return undefined;
  try {
    return next(specifier, { ...context, parentURL: new URL('kernel/main.ts', repository).href });
  } catch {
    return undefined;
  }
}

let ownDependencies: Record<string, string> | undefined;

function dependencies(): Record<string, string> {
  ownDependencies ??= (
    JSON.parse(readFileSync(new URL('package.json', repository), 'utf8')) as { dependencies: Record<string, string> }
  ).dependencies;
  return ownDependencies;
}

/** Where Node runs other code than stands in the file: source maps by address, and by path for what is required. */
const lowered = new Map<string, string>();

export function mappingsOf(file: string): string | undefined {
  return lowered.get(file);
}

/** A local TypeScript file may use what a cell may: enum, namespace, JSX, types imported without the word `type`. */
function load(url: string, format: string | undefined): LoadFnOutput | undefined {
  const plot = plotWithDocument.source(url);
  if (plot) return { format: 'module', source: plot, shortCircuit: true };
  if (!url.startsWith('file:') || !/\.([cm]?[tj]s|[tj]sx)(\?.*)?$/.test(url)) return undefined;
  const path = fileURLToPath(bare(url));
  if (!isLocal(path)) return undefined;
  // What it is turned into, and where its imports lead, depends on tsconfig.json, also on one that is not there yet.
  for (const file of nearby().sources) if (/(?<!package)\.json$/.test(file)) fresh.edge(path, file);
  const text = readFileSync(path, 'utf8');
  if (/\.[cm]?js$/.test(path)) {
    const isModule = moduleSyntax.test(text);
    const wrong = isModule ? syntaxErrorOf(text) : undefined;
    if (wrong) throw placed(new SyntaxError(wrong.message), url, text, wrong.offset);
    // It fails, and deserves another try when package.json says that it is a module.
    if (isModule && format === 'commonjs') fresh.edge(path, nearestPackage(dirname(path))!.file);
    return undefined;
  }
  const language = /\.[tj]sx$/.test(path) ? 'tsx' : 'ts';
  const isModule = moduleSyntax.test(text);
  const found = {
    decorators: decorator.test(text),
    accessors: accessor.test(text),
    namespaceVariables: namespaceVariable.test(text),
  };
  const { code, mappings, helpers, error } =
    path.endsWith('.cts') && isModule
      ? toCommonJs(text)
      : lower(text, language, found, { ...nearby().lower, elideImports: true });
  if (error) throw placed(new SyntaxError(error.message), url, text, error.offset);
  lowered.set(url, mappings);
  lowered.set(path, mappings);
  const kind = format?.replace('-typescript', '') ?? (isModule || !commonJsSyntax.test(text) ? 'module' : 'commonjs');
  const require =
    kind === 'module' && /^[ \t]*(?:export\s+)?import\s+[\w$]+\s*=\s*require\b/m.test(text) ? requireHelper : '';
  return { format: kind as 'module', source: require + helpers + code, shortCircuit: true };
}

/** `import x = require()` of a file that is a module. */
const requireHelper =
  "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url); ";

/** At the start of a line or after a bracket: not in an address or a comment's tag. */
const decorator = /(?:^|[\n({;,])[ \t]*@[A-Za-z_$(]/;
const accessor = /(?:^|[\n{;])[ \t]*(?:(?:static|public|private|protected|override|readonly)\s+)*accessor\s+[\w$#["']/;
const namespaceVariable = /^[ \t]*(?:export\s+)?(?:namespace|module)\s+[\w$.]+\s*\{[\s\S]*\bexport\s+(?:let|var)\b/m;
const moduleSyntax = /^[ \t]*(?:import|export)\b(?!\s*=)/m;
const commonJsSyntax = /\brequire\s*\(|\bmodule\.exports\b|\bexports\./;

/** With a stack that says where in the file. */
function placed(error: Error, url: string, text: string, offset: number): Error {
  const before = text.slice(0, offset).split('\n');
  error.stack = `${error.name}: ${error.message}\n    at ${url}:${before.length}:${before.at(-1)!.length + 1}`;
  return error;
}

/** The user's own files: not packages, and not this program. */
function isLocal(path: string): boolean {
  if (path.includes(`${sep}node_modules${sep}`)) return false;
  const root = fileURLToPath(repository);
  return !path.startsWith(root) || !/^(kernel|lib|server|lab)[\\/]/.test(path.slice(root.length));
}

function bare(url: string): string {
  return url.replace(/[?#].*$/, '');
}
