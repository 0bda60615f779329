import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphDef, SavedModelProto } from '../../../lib/saved-model/schema.ts';
import { readText } from '../../../lib/saved-model/text-format.ts';

test('a graph as text is the graph: types by name, escapes as bytes, lists in brackets, unknown fields skipped', () => {
  const text = `
    # a comment
    node { name: "a" op: 'Const' experimental_debug_info { names: ["x", "y"] } device: "/cpu:0"
      attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { } string_val: "\\377\\n" "b\\x41" } } }
      attr { key: "T" value { type: DT_FLOAT_REF } }
      attr < key: "none" value < > >; attr { key: "f" value { f: -inf } }
      attr { key: "l" value { list { i: [1, -2] i: 3 type: DT_HALF b: true } } } }
    versions { producer: 27 }`;
  const { node, versions } = readText(GraphDef, text);
  const [{ name, op, attr } = { name: '', op: '', attr: new Map() }] = node;
  assert.deepEqual([name, op, versions?.producer], ['a', 'Const', 27]);
  assert.deepEqual(attr.get('value')?.tensor?.string_val, [Uint8Array.of(255, 10, 98, 65)]);
  assert.deepEqual([attr.get('value')?.tensor?.dtype, attr.get('T')?.type, attr.get('f')?.f], [7, 101, -Infinity]);
  assert.deepEqual(attr.get('l')?.list?.i, [1, -2, 3]);
  assert.deepEqual([attr.get('l')?.list?.type, attr.get('l')?.list?.b], [[19], [true]]);
  assert.ok(attr.has('none'));
});

test('what is no text of protobuf is told with its line', () => {
  for (const text of [
    'meta_graphs {\n',
    'meta_graphs {\n "x" }',
    'meta_graphs { saver_def {\n version: } }',
    '\n\x00',
    'a: "\n',
  ])
    assert.throws(() => readText(SavedModelProto, text), /line [12] is no text of protobuf: expected/, text);
});
