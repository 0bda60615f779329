import { createRequire, Module } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { forgetEdited, installHooks } from './module-hooks.ts';
import { namespaceAsTyped } from './namespace.ts';

export type Modules = {
  import(specifier: string, options?: ImportCallOptions): Promise<unknown>;
  require: NodeJS.Require;
  /** What a CommonJS file finds under that name: code that was pasted from one may export, and ask whether it is the program. */
  module: NodeJS.Module;
  meta: ImportMeta;
};

/** `import`, `require` and `import.meta` of a notebook: as if it were a file in its folder. */
export function createModules(folder: string): Modules {
  const address = pathToFileURL(folder + sep);
  const notebook = new URL('notebook.ts', address).href;
  const resolver = installHooks(folder);
  const real = createRequire(notebook);
  const require = Object.assign((specifier: string) => {
    forgetEdited();
    return explained(() => real(specifier), specifier);
  }, real);
  const module: NodeJS.Module = Object.assign(new Module(fileURLToPath(notebook)), {
    filename: fileURLToPath(notebook),
  });
  require.main = module;

  return {
    import: async (specifier, options) => {
      const address = resolver.address(specifier, notebook);
      const asked = new Error();
      try {
        return namespaceAsTyped(await import(address, options));
      } catch (error) {
        throw explain(error, specifier, asked);
      }
    },
    require,
    module,
    meta: {
      url: notebook,
      dirname: folder,
      filename: `${folder}${sep}notebook.ts`,
      main: true,
      resolve: (specifier: string) =>
        explained(
          () => import.meta.resolve(resolver.address(specifier, notebook)).replace(/[?]typelab=\d+$/, ''),
          specifier,
        ),
    } as ImportMeta,
  };
}

function explained<T>(body: () => T, specifier: string): T {
  const asked = new Error();
  try {
    return body();
  } catch (error) {
    throw explain(error, specifier, asked);
  }
}

/** Node's words name a made-up file as the importer and leave the way out to the reader. */
function explain(error: unknown, specifier: string, asked: Error): unknown {
  if (!(error instanceof Error)) return error;
  placeInCell(error, asked);
  if (!('code' in error)) return error;
  // Told by the message.
  if (/^(?:ERR_)?MODULE_NOT_FOUND$|^ERR_UNKNOWN_BUILTIN_MODULE$|^ERR_PACKAGE/.test(String(error.code)))
    for (const key of ['code', 'url', 'requireStack']) Object.defineProperty(error, key, { enumerable: false });
  const missing = /^Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1];
  if (!missing || (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND')) return error;
  const bare = packageOf(specifier);
  const wanted = packageOf(missing);
  if (bare && (missing === specifier || missing === bare))
    error.message = `Cannot find package '${bare}'. Install it with: !npm install ${bare}`;
  else if (wanted && bare)
    error.message = `Cannot find package '${wanted}', which '${bare}' needs. Install it with: !npm install ${wanted}`;
  else if (bare === undefined && !/node_modules/.test(missing) && error.message.includes('notebook.ts'))
    error.message = `Cannot find module '${specifier}' in the notebook's folder`;
  return error;
}

const packageOf = (specifier: string): string | undefined =>
  /^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*(?=\/|$)/.exec(specifier)?.[0];

/** The stack of a module's failure, which Node keeps and throws again, without the cell that asked for it. */
const own = new WeakMap<Error, string>();

/** Node's loader forgets who imported, or fills the stack with itself. */
function placeInCell(error: Error, asked: Error): void {
  const stack = own.get(error) ?? String(error.stack ?? '');
  own.set(error, stack);
  const json = /^(\S.*\.json): .*\(line (\d+) column (\d+)\)/.exec(error.message);
  const places = json ? [`    at ${json[1]}:${json[2]}:${json[3]}`] : [];
  const cell = stack.includes('typelab:In[')
    ? []
    : String(asked.stack)
        .split('\n')
        .filter((line) => line.includes('typelab:In['));
  const frames = stack.search(/^\s+at /m);
  const [head, rest] = frames < 0 ? [stack, ''] : [stack.slice(0, frames - 1), stack.slice(frames)];
  error.stack = [head, ...places, rest, ...cell].filter((line) => line !== '').join('\n');
}
