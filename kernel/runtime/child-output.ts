import childProcess, { ChildProcess, type SpawnSyncReturns } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { StringDecoder } from 'node:string_decoder';
import { type Cell, cellOfThisCode } from './current.ts';

let installed = false;

/**
 * `spawn('npm', ['test'], { stdio: 'inherit' })` in a cell: the kernel's descriptors 1 and 2 are Jupyter's log, so
 * such output is led through a pipe to the cell. Code outside cells is left alone.
 */
export function routeChildren(): void {
  if (installed) return;
  installed = true;
  routeAsync();
  routeSync();
  syncBuiltinESMExports();
}

type SpawnOptions = { stdio?: unknown };
type Spawnable = { spawn(options: SpawnOptions): unknown };

function routeAsync(): void {
  const prototype = ChildProcess.prototype as unknown as Spawnable;
  const original = prototype.spawn;
  prototype.spawn = function (this: ChildProcess & Spawnable, options) {
    const cell = cellOfThisCode();
    const inherited = cell ? inheritedOf(options.stdio) : [];
    if (!cell || inherited.length === 0) return original.call(this, options);
    const result = original.call(this, { ...options, stdio: piped(options.stdio, inherited) });
    for (const descriptor of inherited) forward(this, descriptor, cell);
    return result;
  };
}

function forward(child: ChildProcess, descriptor: 1 | 2, cell: Cell): void {
  const name = descriptor === 1 ? 'stdout' : 'stderr';
  const decoder = new StringDecoder('utf8');
  child[name]?.on('data', (bytes: Buffer) => cell.write(name, decoder.write(bytes)));
  // What inherits has no stream in Node, and programs ask for it.
  child[name] = null;
}

type SpawnSync = (...args: [string, ...unknown[]]) => SpawnSyncReturns<Buffer | string>;

function routeSync(): void {
  for (const name of ['spawnSync', 'execFileSync', 'execSync'] as const) {
    const original = childProcess[name] as unknown as (...args: unknown[]) => unknown;
    (childProcess as Record<string, unknown>)[name] = (...args: unknown[]) => {
      const cell = cellOfThisCode();
      const at = args.findIndex(
        (arg, index) => index > 0 && arg !== null && typeof arg === 'object' && !Array.isArray(arg),
      );
      const options = args[at] as SpawnOptions | undefined;
      const inherited = cell && options ? inheritedOf(options.stdio) : [];
      if (!cell || !options || inherited.length === 0) return original(...args);
      const stdio = piped(options.stdio, inherited);
      // With its own streams alone, execSync hands standard error on to process.stderr, which is the cell's.
      const handsOn = name !== 'spawnSync' && inherited.includes(2) && stdio[1] === 'pipe';
      const rest = args.map((arg, index) => (index === at ? { ...options, stdio: handsOn ? undefined : stdio } : arg));
      if (handsOn) inherited.splice(inherited.indexOf(2), 1);
      return answer(name, original as SpawnSync, rest, inherited, cell);
    };
  }
}

function answer(name: string, original: SpawnSync, args: unknown[], inherited: (1 | 2)[], cell: Cell): unknown {
  const tell = (outputs: { stdout?: unknown; stderr?: unknown } | undefined): void => {
    for (const descriptor of inherited) {
      const stream = descriptor === 1 ? 'stdout' : 'stderr';
      cell.write(stream, String(outputs?.[stream] ?? ''));
    }
  };
  if (name === 'spawnSync') {
    const result = original(...(args as [string]));
    tell(result);
    return result;
  }
  try {
    const stdout = original(...(args as [string]));
    tell({ stdout });
    // execSync gives null for what was inherited.
    return inherited.includes(1) ? null : stdout;
  } catch (error) {
    tell(error as { stdout?: unknown; stderr?: unknown });
    throw error;
  }
}

function inheritedOf(stdio: unknown): (1 | 2)[] {
  const one = (entry: unknown, descriptor: 1 | 2): boolean => {
    if (entry === 'inherit' || entry === descriptor) return true;
    return (
      entry !== null && typeof entry === 'object' && entry === (descriptor === 1 ? process.stdout : process.stderr)
    );
  };
  return ([1, 2] as const).filter((n) => (Array.isArray(stdio) ? one(stdio[n], n) : stdio === 'inherit'));
}

function piped(stdio: unknown, inherited: (1 | 2)[]): unknown[] {
  const list: unknown[] = Array.isArray(stdio) ? [...stdio] : [stdio, stdio, stdio];
  for (const descriptor of inherited) list[descriptor] = 'pipe';
  // Descriptor 0 of the kernel is nobody's keyboard.
  if (list[0] === 'inherit') list[0] = 'ignore';
  return list;
}
