type Namespace = Record<string, unknown>;

/**
 * A module's namespace as TypeScript sees it. Of a CommonJS module Node finds the names by reading it, so it misses some, and
 * makes all of `module.exports` the default; to TypeScript, bundlers and tslab the default is what is exported as such.
 */
export function namespaceAsTyped(found: Namespace): Namespace {
  const exports = found['module.exports'];
  if (!isObject(exports) || found.default !== exports) return found;
  // An `await` would call a `then`: emscripten's modules have one.
  const missed = Object.keys(exports).filter((name) => !(name in found) && name !== 'then');
  const hasDefault = exports.__esModule === true && 'default' in exports;
  if (missed.length === 0 && !hasDefault) return found;
  const namespace: Namespace = Object.assign(Object.create(null), found);
  for (const name of missed) {
    const { value, get } = Object.getOwnPropertyDescriptor(exports, name)!;
    // Some load what they stand for when it is asked for.
    Object.defineProperty(namespace, name, { enumerable: true, ...(get ? { get: () => exports[name] } : { value }) });
  }
  if (hasDefault) namespace.default = exports.default;
  Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
  return Object.freeze(namespace);
}

const isObject = (value: unknown): value is Namespace =>
  value !== null && (typeof value === 'object' || typeof value === 'function');
