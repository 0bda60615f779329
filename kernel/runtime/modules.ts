import { createRequire } from 'node:module';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { forgetEdited, installHooks } from './module-hooks.ts';

export type Modules = {
  import(specifier: string, options?: ImportCallOptions): Promise<unknown>;
  require: NodeJS.Require;
  meta: ImportMeta;
};

/** `import`, `require` and `import.meta` of a notebook: as if it were a file in its folder. */
export function createModules(folder: string): Modules {
  const address = pathToFileURL(folder + sep);
  const notebook = new URL('notebook.ts', address).href;
  const resolver = installHooks(folder);
  const real = createRequire(notebook);
  const require = Object.assign((specifier: string) => {
    forgetEdited(folder);
    return explained(() => real(specifier), specifier);
  }, real);

  return {
    import: async (specifier, options) => {
      const address = resolver.address(specifier, notebook);
      try {
        return await import(address, options);
      } catch (error) {
        throw explain(error, specifier);
      }
    },
    require,
    meta: {
      url: notebook,
      dirname: folder,
      filename: `${folder}${sep}notebook.ts`,
      main: false,
      resolve: (specifier: string) =>
        explained(
          () => import.meta.resolve(resolver.address(specifier, notebook)).replace(/[?]typelab=\d+$/, ''),
          specifier,
        ),
    } as ImportMeta,
  };
}

function explained<T>(body: () => T, specifier: string): T {
  try {
    return body();
  } catch (error) {
    throw explain(error, specifier);
  }
}

/** Node's words name a made-up file as the importer and leave the way out to the reader. */
function explain(error: unknown, specifier: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const missing = /^Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1];
  if (!missing || (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND')) return error;
  const bare = /^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*(?=\/|$)/.exec(specifier)?.[0];
  if (bare && (missing === specifier || missing === bare))
    error.message = `Cannot find package '${bare}'. Install it with: !npm install ${bare}`;
  else if (bare === undefined && !/node_modules/.test(missing) && error.message.includes('notebook.ts'))
    error.message = `Cannot find module '${specifier}' in the notebook's folder`;
  return error;
}
