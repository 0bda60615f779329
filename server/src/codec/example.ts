import { encode } from '../../../lib/saved-model/encode.ts';
import { Example, Feature as FeatureProto } from '../../../lib/saved-model/example-schema.ts';
import { create } from '../../../lib/saved-model/proto.ts';
import { fromBase64 } from './dtype.ts';
import { invalidArgument } from './errors.ts';
import { base64Of, elements, integerOf, type Json, keyOf, members, numberOf, stringAt, typeOf } from './json-value.ts';

/** A feature's values, of one kind; undefined for an empty list, which has none. */
export type Feature =
  | { kind: 'bytes'; values: Uint8Array[] }
  | { kind: 'float'; values: number[] }
  | { kind: 'int64'; values: bigint[] }
  | undefined;
export type Features = Map<string, Feature>;

/** `{"x": 1.5, "words": ["a", "b"]}` as features: decimals are float, integers and bools int64, strings and base64 bytes. */
export function readFeatures(value: Json): Features {
  if (typeOf(value) !== 'Object') {
    throw invalidArgument(`Example must be JSON object but got JSON ${typeOf(value)}`);
  }
  const features: Features = new Map();
  for (const { name: key, value: content } of members(value)) {
    const name = keyOf(key);
    let feature: Feature;
    const items = typeOf(content) === 'Array' ? elements(content) : [content];
    for (const item of items) feature = add(feature, item, name);
    features.set(name, feature);
  }
  return features;
}

/** The bytes of a tf.Example. */
export function encodeExample(features: Features): Uint8Array {
  const feature = new Map(
    [...features].map(([name, list]) => [
      name,
      create(FeatureProto, list && { [`${list.kind}_list`]: { value: list.values } }),
    ]),
  );
  return encode(Example, { features: { feature } });
}

function add(feature: Feature, item: Json, name: string): Feature {
  const type = typeOf(item);
  switch (type) {
    case 'True':
    case 'False':
      return push(feature, 'int64', type === 'True' ? 1n : 0n, name);
    case 'String':
      return push(feature, 'bytes', stringAt(item), name);
    case 'Number': {
      const integer = integerOf(item);
      if (integer === undefined) return push(feature, 'float', Math.fround(numberOf(item)), name);
      // A kind that does not fit is said before a number that does not.
      if ((feature?.kind ?? 'int64') === 'int64' && integer >= 2n ** 63n) {
        throw invalidArgument(`Feature: ${name} has uint64_t element. Only int64_t is supported.`);
      }
      return push(feature, 'int64', integer, name);
    }
    default:
      if (type === 'Object' && base64Of(item)) {
        if ((feature?.kind ?? 'bytes') !== 'bytes') return push(feature, 'bytes', new Uint8Array(0), name);
        return push(feature, 'bytes', fromBase64(item), name);
      }
      throw invalidArgument(`Feature: ${name} has element with unexpected JSON type: ${type}`);
  }
}

function push(feature: Feature, kind: 'bytes' | 'float' | 'int64', value: unknown, name: string): Feature {
  if (!feature) return { kind, values: [value] } as Feature;
  if (feature.kind !== kind) {
    throw invalidArgument(`Unexpected element type in feature: ${name} expecting type: ${feature.kind}`);
  }
  (feature.values as unknown[]).push(value);
  return feature;
}
