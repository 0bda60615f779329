import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { cellOfThisCode } from './current.ts';

type Any = (...args: never[]) => unknown;
type Callback = (error: null, ...results: unknown[]) => void;

let installed = false;

/** `fs.writeSync(1, text)`, `fs.createWriteStream('', { fd: 2 })` and `/dev/stdout` in a cell mean the cell's own output. */
export function routeDescriptors(): void {
  if (installed) return;
  installed = true;
  replace('writeSync', (fd, data, ...rest) => {
    const name = nameOf(fd);
    return name && (() => write(name, bytesOf(data, rest)));
  });
  replace('write', (fd, data, ...rest) => {
    const name = nameOf(fd);
    return name && (() => later(rest, write(name, bytesOf(data, rest)), data));
  });
  replace('writevSync', (fd, views) => {
    const name = nameOf(fd);
    return name && (() => writeAll(name, views as ArrayBufferView[]));
  });
  replace('writev', (fd, views, ...rest) => {
    const name = nameOf(fd);
    return name && (() => later(rest, writeAll(name, views as ArrayBufferView[]), views));
  });
  for (const method of ['writeFileSync', 'appendFileSync'] as const)
    replace(method, (file, data, ...rest) => {
      const name = nameOf(file);
      return name && (() => void write(name, bytesOf(data, rest)));
    });
  for (const method of ['writeFile', 'appendFile'] as const) {
    replace(method, (file, data, ...rest) => {
      const name = nameOf(file);
      return name && (() => later(rest, write(name, bytesOf(data, rest))));
    });
    replaceIn(fs.promises, method, (file, data, ...rest) => {
      const name = nameOf(file);
      const whole = typeof data === 'string' || ArrayBuffer.isView(data);
      return name && whole && (async () => void write(name, bytesOf(data, rest)));
    });
  }
  // A stream closes its descriptor when it ends; the session goes on with its own.
  replace('closeSync', (fd) => nameOf(fd) && (() => {}));
  replace('close', (fd, ...rest) => nameOf(fd) && (() => later(rest)));
  syncBuiltinESMExports();
}

/** `ours` answers with what to do instead, for the calls that are meant. */
function replace(
  method: keyof typeof fs,
  ours: (...args: unknown[]) => (() => unknown) | false | undefined | '',
): void {
  replaceIn(fs, method, ours);
}

function replaceIn(
  owner: object,
  method: string,
  ours: (...args: unknown[]) => (() => unknown) | false | undefined | '',
): void {
  const functions = owner as Record<string, Any>;
  const original = functions[method]!;
  const replaced = (...args: unknown[]) => {
    const instead = cellOfThisCode() && ours(...args);
    return instead ? instead() : original.apply(owner, args as never[]);
  };
  // util.promisify looks for what it needs on the function.
  Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(original));
  functions[method] = replaced;
}

function nameOf(target: unknown): 'stdout' | 'stderr' | undefined {
  if (target === 1 || target === '/dev/stdout' || target === '/dev/fd/1') return 'stdout';
  return target === 2 || target === '/dev/stderr' || target === '/dev/fd/2' ? 'stderr' : undefined;
}

function write(name: 'stdout' | 'stderr', bytes: Uint8Array): number {
  process[name].write(bytes);
  return bytes.length;
}

const writeAll = (name: 'stdout' | 'stderr', views: ArrayBufferView[]): number =>
  views.reduce((sum, view) => sum + write(name, bytesOf(view, [])), 0);

/** The part of `data` that fs.write's and fs.writeFile's further arguments mean. */
function bytesOf(data: unknown, rest: unknown[]): Uint8Array {
  const [first, second] = rest;
  if (!ArrayBuffer.isView(data)) {
    const named = typeof first === 'string' ? first : typeof second === 'string' ? second : undefined;
    const encoding = named ?? (first as { encoding?: string } | null | undefined)?.encoding;
    return Buffer.from(String(data), Buffer.isEncoding(encoding ?? '') ? (encoding as BufferEncoding) : 'utf8');
  }
  const options = (first !== null && typeof first === 'object' ? first : {}) as { offset?: number; length?: number };
  const offset = typeof first === 'number' ? first : (options.offset ?? 0);
  const length = typeof second === 'number' ? second : (options.length ?? data.byteLength - offset);
  return new Uint8Array(data.buffer, data.byteOffset + offset, length);
}

function later(rest: unknown[], ...results: unknown[]): void {
  const callback = rest.findLast((one) => typeof one === 'function') as Callback | undefined;
  if (callback) process.nextTick(callback, null, ...results);
}
