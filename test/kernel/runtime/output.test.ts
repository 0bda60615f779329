import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOutput } from '../../../kernel/runtime/output.ts';
import type { CellEvent } from '../../../kernel/runtime/run.ts';

/** An output whose clock stands still until the test moves it. */
function rig() {
  const posted: string[] = [];
  const clock = { time: 0 };
  const output = createOutput(
    (id, event: CellEvent) => posted.push(event.kind === 'stream' ? `${id} ${event.name} ${event.text}` : event.kind),
    () => clock.time,
  );
  return { posted, clock, output };
}

describe('what a cell prints', () => {
  test('is told before it computes, also right after another cell has ended', () => {
    const { posted, output } = rig();
    output.write('a', 'stdout', 'first\n');
    output.flush();
    output.write('b', 'stdout', 'begin\n');
    output.write('b', 'stderr', 'warn\n');
    assert.deepEqual(posted, ['a stdout first\n', 'b stdout begin\n', 'b stderr warn\n']);
  });

  test('line after line goes in few messages', () => {
    const { posted, clock, output } = rig();
    let text = '';
    for (let i = 0; i < 10_000; i++) {
      clock.time += 0.01; // 100 ms in all
      output.write('a', 'stdout', `${i}\n`);
      text += `${i}\n`;
    }
    output.flush();
    assert.ok(posted.length < 250, `${posted.length} messages`);
    assert.equal(posted.map((one) => one.slice('a stdout '.length)).join(''), text);
  });

  test('long text does not wait', () => {
    const { posted, output } = rig();
    for (let i = 0; i < 30; i++) output.write('a', 'stdout', 'x');
    output.write('a', 'stdout', 'y'.repeat(1 << 16));
    assert.equal(posted.length, 21);
    output.flush();
    assert.equal(posted.length, 21);
  });

  test('comes before what is shown after it', () => {
    const { posted, output } = rig();
    for (let i = 0; i < 21; i++) output.write('a', 'stdout', `${i} `);
    output.emit('a', { kind: 'clear', wait: false });
    assert.deepEqual(posted.slice(-2), ['a stdout 20 ', 'clear']);
  });
});
