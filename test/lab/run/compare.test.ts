import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOf } from '../../../lab/src/run/compare.ts';
import type { Output } from '../../../lab/src/run/notebook.ts';

const text = (value: string): Output[] => [{ output_type: 'stream', name: 'stdout', text: value }];
const svg = (value: string): Output[] => [
  { output_type: 'display_data', metadata: {}, data: { 'image/svg+xml': value } },
];

test('numbers are equal within the tolerance, words only when they are the same', () => {
  assert.equal(differenceOf(text('loss 0.12345\n'), text('loss 0.12346\n')), undefined);
  assert.match(
    differenceOf(text('loss 0.12'), text('loss 0.22'))!,
    /output 1 differs\n {2}stored: .*0\.12\n {2}now: .*0\.22/,
  );
  assert.ok(differenceOf(text('loss 1'), text('gain 1')));
  assert.ok(differenceOf(text('1 2'), text('1')));
});

test('an output more or less is a difference', () => {
  assert.match(differenceOf([], text('x'))!, /stored: \(none\)/);
  assert.match(differenceOf(text('x'), [])!, /now: {4}\(none\)/);
});

test('pictures may have other generated ids, not other shapes', () => {
  const picture = (id: string, r: string) =>
    svg(`<svg><clipPath id="${id}"/>\n <circle r="${r}" clip-path="url(#${id})"/></svg>`);
  assert.equal(differenceOf(picture('a1', '5'), picture('b2', '5')), undefined);
  assert.ok(differenceOf(picture('a1', '5'), picture('a1', '9')));
});
