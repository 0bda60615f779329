import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startProgress } from '../../../kernel/runtime/progress.ts';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';

describe('a progress bar', () => {
  test('is drawn at most ten times a second, and its last state is what is left', () => {
    const shown: string[] = [];
    let time = 0;
    const bar = startProgress(1000, { label: 'images' }, { now: () => time, show: (text) => shown.push(text) });
    for (let n = 0; n < 1000; n++) {
      time += 1;
      bar.step();
    }
    time = 1000;
    bar.close();
    bar.close();
    assert.ok(shown.length <= 12, `${shown.length}`);
    assert.equal(shown[0], 'images ──────────────────────── 0/1000 0.0s'.replace('0/1000', '   0/1000'));
    assert.equal(shown[5], 'images ━━━━━━━━━━━━──────────── 500/1000 0.5s left'.replace(' 500', '  500'));
    assert.equal(shown.at(-1), 'images ━━━━━━━━━━━━━━━━━━━━━━━━ 1000/1000 1.0s');
  });

  test('without a total counts', () => {
    const shown: string[] = [];
    const bar = startProgress(undefined, {}, { now: () => 2000, show: (text) => shown.push(text) });
    bar.step(7, 'loss 0.5');
    bar.close();
    assert.deepEqual(shown, ['0 0.0s', '7 0.0s loss 0.5']);
  });
});

describe('in a notebook', () => {
  let kernel: TestKernel;
  before(async () => {
    kernel = await testKernel();
  });
  after(() => kernel[Symbol.asyncDispose]());

  for (const [what, code] of Object.entries({
    'a loop': 'for (const n of progress(5, { label: "n" })) n;',
    'a loop that breaks': 'for (const n of progress([1, 2, 3, 4, 5])) if (n === 3) break;',
    'a loop of awaits':
      'async function* five() { yield* [1, 2, 3, 4, 5] }; for await (const n of progress(five(), { total: 5 })) n;',
  })) {
    test(`${what} has one display that is replaced, with text for a terminal`, async () => {
      const { outputs, reply } = await kernel.run(`import { progress } from 'typelab/kernel'; ${code}`);
      assert.equal(reply.status, 'ok', JSON.stringify(reply));
      assert.deepEqual(
        [...new Set(outputs.map(({ header }) => header.msg_type))],
        ['display_data', 'update_display_data'],
      );
      assert.equal(
        new Set(outputs.map(({ content }) => (content.transient as { display_id: string }).display_id)).size,
        1,
      );
      const last = outputs.at(-1)!.content.data as Record<string, string>;
      assert.match(last['text/plain']!, what === 'a loop that breaks' ? / 2\/5 / : / 5\/5 /);
      assert.match(last['text/html']!, /^<pre /);
    });
  }
});
