import { parse } from './parse.ts';
import type { Names } from './slots.ts';

const longest = 2000;
const everywhere = new Set(
  `Array ReadonlyArray Promise PromiseLike Map Set WeakMap WeakSet ReadonlyMap ReadonlySet Date RegExp Error Symbol Iterable
  Iterator Generator AsyncGenerator AsyncIterable Record Partial Required Readonly Pick Omit Exclude Extract NonNullable
  ArrayBuffer SharedArrayBuffer ArrayBufferLike DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array
  Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array`.split(/\s+/),
);

/**
 * A variable's type as the checker printed it, in the session's symbols, if it means the same everywhere: built of
 * TypeScript's own types and those that cells declared. Undefined for all else, which then keeps its initialiser.
 */
export function settledType(printed: string | undefined, names: Names): string | undefined {
  if (!printed || printed.length > longest || /\bunique symbol\b|\bimport\(|\btypeof\b|\bthis\b|\.\.\. /.test(printed))
    return undefined;
  // A constant's literal widens when it is copied (`let y = x`); a literal type written down does not.
  if (/^(?:-?\d[\w.]*|".*"|true|false)$/s.test(printed)) return undefined;
  const prefix = 'type T = ';
  const { uses, errors } = parse(prefix + printed, 'ts');
  if (errors.length > 0) return undefined;
  let text = '';
  let from = prefix.length;
  const whole = prefix + printed;
  for (const use of uses.filter(({ declares }) => !declares).sort((a, b) => a.start - b.start)) {
    if (use.meaning === 'value') return undefined;
    const slot = names.get(use.name)?.type;
    if (slot ? slot.from !== 'cells' : !everywhere.has(use.name)) return undefined;
    text += whole.slice(from, use.start) + (slot?.symbol ?? use.name);
    from = use.end;
  }
  return text + whole.slice(from);
}
