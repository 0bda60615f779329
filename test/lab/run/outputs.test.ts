import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Output } from '../../../lab/src/run/notebook.ts';
import { type OutputMessage, Outputs } from '../../../lab/src/run/outputs.ts';

const stream = (text: string, name = 'stdout'): OutputMessage => ({ type: 'stream', content: { name, text } });
const display = (text: string, id?: string, type = 'display_data'): OutputMessage => ({
  type,
  content: { data: { 'text/plain': text }, metadata: {}, transient: id ? { display_id: id } : {} },
});

function collect(...messages: OutputMessage[]): Output[] {
  const all = new Outputs();
  const outputs: Output[] = [];
  for (const message of messages) all.add(outputs, message);
  return outputs;
}

describe("a cell's outputs", () => {
  test('neighbouring texts of one stream become one output, others do not', () => {
    assert.deepEqual(
      collect(stream('a'), stream('b'), stream('c', 'stderr'), stream('d')).map(
        (one) => one.output_type === 'stream' && one.text,
      ),
      ['ab', 'c', 'd'],
    );
  });

  test('an update changes the display it names, also in an earlier cell', () => {
    const all = new Outputs();
    const [first, second]: [Output[], Output[]] = [[], []];
    all.add(first, display('0 %', 'bar'));
    all.add(second, display('other', 'baz'));
    all.add(second, display('100 %', 'bar', 'update_display_data'));
    assert.deepEqual(
      [first, second].map(([one]) => one?.output_type === 'display_data' && one.data['text/plain']),
      ['100 %', 'other'],
    );
  });

  test('clear_output empties at once, or with the next output when told to wait', () => {
    assert.deepEqual(collect(stream('a'), { type: 'clear_output', content: { wait: false } }), []);
    assert.equal(collect(stream('a'), { type: 'clear_output', content: { wait: true } }).length, 1);
    assert.deepEqual(collect(stream('a'), { type: 'clear_output', content: { wait: true } }, stream('b')), [
      { output_type: 'stream', name: 'stdout', text: 'b' },
    ]);
  });

  test('messages that are no outputs are told apart', () => {
    assert.equal(new Outputs().add([], { type: 'status', content: { execution_state: 'busy' } }), false);
  });
});
