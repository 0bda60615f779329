import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutLongTexts } from '../../../kernel/runtime/long-texts.ts';

const show = (html: string) =>
  withoutLongTexts({ kind: 'display', data: { 'text/html': html, 'text/plain': 'p' }, metadata: {} });

test('a short text stays where it is', () => {
  assert.equal(show('<b>').long, undefined);
});

const base = 'x'.repeat(1 << 16);
for (let rest = 0; rest < 5; rest++)
  test(`a long text becomes its JSON, whatever it has to escape and wherever (${rest} more characters)`, () => {
    for (const special of ['', '"', '\\', '\n', '\u0000', '\u001f', ' ', '\u007f', 'é', '€', '\u{1f600}', '\ud800'])
      for (const at of [0, 1, 2, 3, 1000, base.length]) {
        const text = base.slice(0, at) + special + base.slice(at) + 'y'.repeat(rest);
        const { event, long } = show(text);
        assert.deepEqual(event, { kind: 'display', data: { 'text/plain': 'p' }, metadata: {} });
        assert.ok(Buffer.from(JSON.stringify(text)).equals(long!['text/html']!), JSON.stringify({ special, at }));
      }
  });
