import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message } from '../../../kernel/wire/protocol.ts';
import type { Cell } from '../../../lab/src/run/notebook.ts';
import { progressOn } from '../../../lab/src/run/report.ts';
import type { RunEvent } from '../../../lab/src/run/run.ts';

const cell: Cell = { cell_type: 'code', metadata: {}, source: 'work()\nmore()' };
const printed = (text: string) => ({ content: { text } }) as unknown as Message;
const began = (number: number, heading = ''): RunEvent => ({ kind: 'cell', number, heading, cell });

/** What a screen of `columns` shows, line by line, after what was written. */
function screenOf(written: string): string[] {
  const lines = [''];
  for (const [part] of written.matchAll(/\x1b\[(\d+)A|\x1b\[J|\n|[^\n\x1b]+/g)) {
    const up = /^\x1b\[(\d+)A$/.exec(part)?.[1];
    if (up) lines.splice(lines.length - 1 - Number(up));
    else if (part === '\n') lines.push('');
    else if (part !== '\x1b[J') lines[lines.length - 1] += part;
    if (up) lines.push('');
  }
  return lines.slice(0, -1);
}

function stream(isTTY: boolean, columns: number) {
  let written = '';
  const fake = { isTTY, columns, write: (text: string) => (written += text) } as unknown as NodeJS.WriteStream;
  return { progress: progressOn(fake), screen: () => screenOf(written), written: () => written };
}

describe('the progress of a run', () => {
  test('a terminal has a live line for each notebook that runs, below what is done', () => {
    const { progress, screen } = stream(true, 30);
    const [a, b] = ['a.ipynb', 'b.ipynb'].map((one) => progress.reporter(one, true)) as [
      (event: RunEvent) => void,
      (event: RunEvent) => void,
    ];
    a({ kind: 'start', cells: 1 });
    b({ kind: 'start', cells: 2 });
    a(began(1, 'Title'));
    b(began(1));
    b({ kind: 'output', number: 1, message: printed('1 of 3\n2 of 3\n') });
    b({ kind: 'output', number: 1, message: printed('') });
    assert.deepEqual(screen(), [
      'a.ipynb: 1 cell',
      'b.ipynb: 2 cells',
      '  a.ipynb [ 1/1] Title …',
      '  b.ipynb [ 1/2] work(): 2 of',
    ]);
    a({ kind: 'done', number: 1, seconds: 1 });
    progress.say('b failed:\nwhy');
    b({ kind: 'end' });
    assert.deepEqual(screen(), [
      'a.ipynb: 1 cell',
      'b.ipynb: 2 cells',
      `  ${'a.ipynb [ 1/1] Title'.padEnd(52)}    1.0 s`,
      'b failed:',
      'why',
    ]);
  });

  test('a terminal that does not say its width loses no letter', () => {
    const { progress, screen } = stream(true, 0);
    progress.reporter('a')({ kind: 'start', cells: 1 });
    assert.deepEqual(screen(), ['a: 1 cell', '  starting the kernel …']);
  });

  test('a log has one plain line for a step', () => {
    const { progress, written } = stream(false, 80);
    const report = progress.reporter('a');
    for (const event of [
      { kind: 'start', cells: 1 },
      began(1),
      { kind: 'done', number: 1, seconds: 2 },
      { kind: 'end' },
    ])
      report(event as RunEvent);
    assert.equal(written(), `a: 1 cell\n  ${'[ 1/1] work()'.padEnd(52)}    2.0 s\n`);
  });

  test('a long title leaves the seconds in their column', () => {
    const { progress, written } = stream(false, 80);
    const report = progress.reporter('a');
    for (const event of [{ kind: 'start', cells: 10 }, began(10, 'x'.repeat(60)), { kind: 'done', seconds: 2 }])
      report(event as RunEvent);
    assert.equal(written(), `a: 10 cells\n  [10/10] ${'x'.repeat(43)}…    2.0 s\n`);
  });
});
