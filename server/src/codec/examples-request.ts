import { encodeExample, type Features, readFeatures } from './example.ts';
import { elements, find, typeOf } from './json-value.ts';
import { readDocument, signatureOf, wrong } from './predict-request.ts';

/** A classify or regress request: serialized tf.Examples, each with the context's features. */
export type ExamplesRequest = { signatureName: string; examples: Uint8Array[] };

export function readExamplesRequest(body: Uint8Array): ExamplesRequest {
  const doc = readDocument(body);
  const signatureName = signatureOf(doc);
  const given = find(doc, 'context');
  const context: Features = given ? readFeatures(given) : new Map();
  const list = find(doc, 'examples');
  // TF Serving says "classify" for regress requests too.
  if (!list) throw wrong(doc, "When method is classify, key 'examples' is expected and was not found");
  if (typeOf(list) !== 'Array') throw wrong(doc, "Expecting 'examples' value to be an list/array");
  // An example's own feature replaces the context's.
  const examples = Array.from(elements(list), (item) => encodeExample(new Map([...context, ...readFeatures(item)])));
  if (examples.length === 0) throw wrong(doc, "'examples' value is an empty array");
  return { signatureName, examples };
}
