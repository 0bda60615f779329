import { types } from 'node:util';
import type { tf } from '../../../../lib/index.ts';

/** A value as JSON. What JSON cannot hold is a list that begins with its kind. */
export type Wire =
  | null
  | boolean
  | number
  | string
  | ['undefined']
  | ['number' | 'bigint' | 'symbol', text: string]
  | ['array' | 'set', Wire[]]
  | ['object', Entries]
  | ['date', number]
  | ['regexp', source: string, flags: string]
  | ['map', [Wire, Wire][]]
  | ['bytes', type: string, base64: string]
  | ['error', name: string, message: string, own: Entries, classes: number[]]
  | ['tensor', dtype: tf.DataType, shape: number[], data: Wire]
  | Kept;
/** Something that stays where it is, by its number there. */
export type Kept = ['promise', number] | ['kept', number, type?: string, classes?: number[]];
type Entries = [string, Wire][];

/** What a call says when there is nobody to answer it. */
export const ENDED = "the submission's program has ended";

export type Side = {
  /** What cannot be copied (functions, instances, promises) stays where it is and goes by a number. @throws where it may not */
  keep(value: object): Wire;
  /** The thing, or a stand-in for the thing, that `keep` of either side made a number of. */
  find(kept: Kept): unknown;
  /** Tells of a decoded error which classes of the other side it is of. */
  mark?(value: object, classes: number[]): void;
  /** The numbers of the classes that an object is of, beside JavaScript's own. */
  classesOf?(value: object): number[];
  tf?: typeof tf;
};

export function encode(value: unknown, side: Side, depth = 0): Wire {
  if (depth > 200) throw new TypeError('a value nested this deep (or in a circle) cannot be handed over');
  const inner = (one: unknown) => encode(one, side, depth + 1);
  const entries = (all: [string, unknown][]) => all.map(([key, item]): [string, Wire] => [key, inner(item)]);
  if (value === null) return null;
  switch (typeof value) {
    case 'undefined':
      return ['undefined'];
    case 'bigint':
      return ['bigint', String(value)];
    case 'symbol':
      return ['symbol', String(value.description)];
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : ['number', Object.is(value, -0) ? '-0' : String(value)];
    case 'boolean':
    case 'string':
      return value;
    case 'function':
      return side.keep(value);
  }
  if (types.isProxy(value) || isThenable(value)) return side.keep(value);
  if (Array.isArray(value)) return ['array', value.map(inner)];
  if (types.isDate(value)) return ['date', value.getTime()];
  if (types.isRegExp(value)) return ['regexp', value.source, value.flags];
  if (types.isMap(value)) return ['map', [...value].map(([key, item]): [Wire, Wire] => [inner(key), inner(item)])];
  if (types.isSet(value)) return ['set', [...value].map(inner)];
  if (types.isAnyArrayBuffer(value)) return ['bytes', 'ArrayBuffer', Buffer.from(value).toString('base64')];
  if (types.isTypedArray(value)) {
    const name = Buffer.isBuffer(value) ? 'Buffer' : value[Symbol.toStringTag];
    return ['bytes', name, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')];
  }
  if (types.isNativeError(value) || value instanceof Error) {
    const own = Object.entries(value).filter(([key]) => !['name', 'message', 'stack'].includes(key));
    return ['error', String(value.name), String(value.message), entries(own), side.classesOf?.(value) ?? []];
  }
  if (isTensor(value))
    return [
      'tensor',
      value.dtype,
      value.shape,
      inner(value.dtype === 'string' ? [...value.dataSync()] : value.dataSync()),
    ];
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return ['object', entries(Object.entries(value))];
  return side.keep(value);
}

export function decode(wire: Wire, side: Side): unknown {
  if (!Array.isArray(wire)) return wire;
  const inner = (one: Wire) => decode(one, side);
  switch (wire[0]) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(wire[1]);
    case 'bigint':
      return BigInt(wire[1]);
    case 'symbol':
      return Symbol.for(wire[1]);
    case 'array':
      return wire[1].map(inner);
    case 'object':
      return define({}, wire[1], inner);
    case 'date':
      return new Date(wire[1]);
    case 'regexp':
      return new RegExp(wire[1], wire[2]);
    case 'map':
      return new Map(wire[1].map(([key, item]) => [inner(key), inner(item)]));
    case 'set':
      return new Set(wire[1].map(inner));
    case 'bytes':
      return bytes(wire[1], wire[2]);
    case 'error':
      return error(wire, side);
    case 'tensor':
      if (!side.tf) throw new TypeError("a tensor came; the tests need import { tf } from 'typelab' in a locked cell");
      return side.tf.tensor(inner(wire[3]) as number[], wire[2], wire[1]);
    default:
      return side.find(wire);
  }
}

/** Also what only acts like a promise: a test awaits it. */
export function isThenable(value: object): boolean {
  return 'then' in value && typeof value.then === 'function';
}

function isTensor(value: object): value is tf.Tensor {
  return 'dataSync' in value && 'dtype' in value && 'shape' in value && 'rankType' in value;
}

/** A property called `__proto__` stays a property. */
function define(target: object, entries: Entries, inner: (one: Wire) => unknown): object {
  for (const [key, item] of entries)
    Object.defineProperty(target, key, { value: inner(item), writable: true, enumerable: true, configurable: true });
  return target;
}

function bytes(name: string, base64: string): unknown {
  const copy = Uint8Array.from(Buffer.from(base64, 'base64'));
  if (name === 'Buffer') return Buffer.from(copy);
  if (name === 'ArrayBuffer') return copy.buffer;
  const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
  const more = [Float32Array, Float64Array, BigInt64Array, BigUint64Array];
  const Kind = [...kinds, ...more].find((one) => one.name === name);
  if (!Kind) throw new TypeError(`${name} cannot be handed over`);
  return new Kind(copy.buffer);
}

function error([, name, message, own, classes]: Extract<Wire, ['error', ...unknown[]]>, side: Side): Error {
  const kinds = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];
  const Kind = kinds.find((one) => one.name === name) ?? Error;
  const made = new Kind(String(message));
  if (made.name !== name)
    Object.defineProperty(made, 'name', { value: String(name), writable: true, configurable: true });
  define(made, own, (one) => decode(one, side));
  side.mark?.(made, classes);
  return made;
}
