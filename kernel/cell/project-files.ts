import { join, resolve } from 'node:path';
import { followConfig, type NearbyConfig } from '../tsconfig.ts';
import { configOf, languageOf, languageOnly } from './project-config.ts';

/** The checker's files, in the notebook's folder but in memory only. */
export type FileName = 'imports' | 'cells' | 'cell';
export type Files = Partial<Record<FileName, string>>;

export type FilesOptions = {
  /** The notebook's folder. */
  folder: string;
  /** Absolute paths of what `typelab` and `typelab/kernel` are. */
  typelabLib: string;
  typelabKernel: string;
  /** Cells are JavaScript: their JSDoc holds their types. */
  inJavaScript?: boolean;
};

export type ProjectFiles = {
  /** Absolute, as all paths here. */
  folder: string;
  configPath: string;
  /** What the nearby tsconfig.json says. */
  readonly nearby: NearbyConfig;
  path(file: FileName): string;
  /** What TypeScript reads; undefined for what is on the disk. */
  read(path: string): string | undefined;
  readonly texts: Readonly<Record<FileName, string>>;
  /** Answers with those that have another text now. */
  write(files: Files): FileName[];
  /** Reads the nearby tsconfig.json again; whether anything has changed. */
  look(): boolean;
  /** As tslab checks, which is not strict; whether that changes anything. */
  loosen(on: boolean): boolean;
  /** Whether the types of the DOM and Node belong to the program, which takes TypeScript 150 ms; the language's own take 40. */
  readonly whole: boolean;
  widen(): void;
};

/** What TypeScript finds in the notebook's folder: the cells, and a tsconfig.json made for them. */
export function createFiles(options: FilesOptions): ProjectFiles {
  const folder = resolve(options.folder);
  const configPath = join(folder, 'typelab-tsconfig.json');
  const texts: Record<FileName, string> = { imports: 'export {};\n', cells: 'export {};\n', cell: 'export {};\n' };
  const follow = followConfig(folder);
  let nearby = follow();
  let config = configure();
  // Below node_modules/.cache and the like TypeScript does not look at what changes, such as the configuration.
  let whole = languageOf(config).length === 0 || /[\\/]node_modules[\\/]\./.test(folder);
  let loose = false;

  function configure() {
    return configOf({ ...options, folder, nearby }, [path('imports'), path('cells'), path('cell')]);
  }

  function path(file: FileName): string {
    return join(folder, `typelab-${file}${extensionOf(file)}`);
  }

  function extensionOf(file: FileName): string {
    // JSX changes what `<T>` means, so it is only there where it is asked for. As long as .mts: no offset moves.
    const extension = nearby.lower.jsx ? '.tsx' : '.mts';
    return options.inJavaScript && file !== 'imports' ? scripts[extension] : extension;
  }

  /** The cells' files name each other as TypeScript modules. */
  function named(text: string): string {
    return text.replace(/'\.\/typelab-(cells|imports)\.mts'/g, (_, file) => `'./typelab-${file}${extensionOf(file)}'`);
  }

  return {
    folder,
    configPath,
    get nearby() {
      return nearby;
    },
    path,
    read(name) {
      if (name === configPath) {
        const { compilerOptions, files } = whole ? config : languageOnly(config);
        const strictness = loose ? { strict: false, noImplicitAny: false } : {};
        return JSON.stringify({ compilerOptions: { ...compilerOptions, ...strictness }, files });
      }
      for (const file of ['imports', 'cells', 'cell'] as const) if (name === path(file)) return named(texts[file]);
      return undefined;
    },
    texts,
    write(files) {
      const changed = (Object.keys(files) as FileName[]).filter(
        (file) => files[file] !== undefined && files[file] !== texts[file],
      );
      for (const file of changed) texts[file] = files[file]!;
      return changed;
    },
    look() {
      const now = follow();
      if (now === nearby) return false;
      nearby = now;
      config = configure();
      whole ||= languageOf(config).length === 0;
      return true;
    },
    loosen(on) {
      // Who says how strict to be is obeyed.
      if (loose === on || nearby.options.strict !== undefined) return false;
      loose = on;
      return true;
    },
    get whole() {
      return whole;
    },
    widen() {
      whole = true;
    },
  };
}

const scripts = { '.mts': '.mjs', '.tsx': '.jsx' };
