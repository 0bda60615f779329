import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHistory, type HistoryStore } from '../../../kernel/session/history.ts';

const memory: HistoryStore = { session: () => 1, earlier: () => [], input() {}, output() {} };

function filled() {
  const history = createHistory({
    ...memory,
    session: () => 2,
    earlier: () => [{ session: 1, line: 1, input: 'old' }],
  });
  for (const [index, input] of ['a = 1', 'b = 2', 'a = 1', 'c\n= 3'].entries()) history.add(index + 1, input);
  history.addOutput(2, '2');
  return history;
}
const inputs = (request: Record<string, unknown>) =>
  filled()
    .query(request)
    .map(([, , input]) => input);

describe('history', () => {
  test('tail gives the last n of all sessions', () => {
    assert.deepEqual(filled().query({ hist_access_type: 'tail', n: 2 }), [
      [2, 3, 'a = 1'],
      [2, 4, 'c\n= 3'],
    ]);
    assert.deepEqual(inputs({ hist_access_type: 'tail', n: 100 }), ['old', 'a = 1', 'b = 2', 'a = 1', 'c\n= 3']);
    assert.deepEqual(inputs({ hist_access_type: 'tail', n: 0 }), []);
  });

  test('range counts sessions from this one and leaves out its stop', () => {
    assert.deepEqual(inputs({ hist_access_type: 'range', session: 0, start: 1, stop: 3 }), ['a = 1', 'b = 2']);
    assert.deepEqual(inputs({ hist_access_type: 'range', session: 0, start: 4 }), ['c\n= 3']);
    assert.deepEqual(inputs({ hist_access_type: 'range', session: -1 }), ['old']);
    assert.deepEqual(inputs({ hist_access_type: 'range', session: 1, start: 1, stop: 2 }), ['old']);
  });

  test('range counts from the end below zero, and ends at the end where its stop is 0', () => {
    assert.deepEqual(inputs({ hist_access_type: 'range', session: 0, start: -2 }), ['a = 1', 'c\n= 3']);
    assert.deepEqual(inputs({ hist_access_type: 'range', session: 0, start: 2, stop: -1 }), ['b = 2', 'a = 1']);
    assert.deepEqual(inputs({ hist_access_type: 'range', session: 0, start: 4, stop: 0 }), ['c\n= 3']);
    assert.deepEqual(inputs({ hist_access_type: 'no such' }), []);
  });

  test('search takes globs over whole inputs, lines and all', () => {
    const search = (pattern: string, more = {}) => inputs({ hist_access_type: 'search', pattern, ...more });
    assert.deepEqual(search('a*'), ['a = 1', 'a = 1']);
    assert.deepEqual(search('a*', { unique: true }), ['a = 1']);
    assert.deepEqual(search('* = ?'), ['a = 1', 'b = 2', 'a = 1']);
    assert.deepEqual(search('*', { n: 1 }), ['c\n= 3']);
    assert.deepEqual(search('[ab] = *'), ['a = 1', 'b = 2', 'a = 1']);
    assert.deepEqual(search('c*3'), ['c\n= 3']);
    assert.deepEqual(search('='), []);
  });

  test('search takes everything else in a pattern literally', () => {
    const history = createHistory();
    for (const [index, input] of ['f(x)', 'f.x', 'a[', 'a+', 'a\\b'].entries()) history.add(index + 1, input);
    const search = (pattern: string) => history.query({ hist_access_type: 'search', pattern }).map((entry) => entry[2]);
    for (const input of ['f(x)', 'f.x', 'a[', 'a+', 'a\\b']) assert.deepEqual(search(input), [input]);
    assert.deepEqual(search('f*'), ['f(x)', 'f.x']);
  });

  test('the output comes along where it is asked for', () => {
    assert.deepEqual(filled().query({ hist_access_type: 'range', session: 0, start: 1, stop: 3, output: true }), [
      [2, 1, ['a = 1', null]],
      [2, 2, ['b = 2', '2']],
    ]);
  });
});
