import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { boundedLive } from '../../../kernel/magics/bounded.ts';
import { testKernel } from '../../helpers/kernel.ts';
import { times } from '../../helpers/long.ts';

describe('what a command prints', () => {
  function collect(most: number, texts: string[]) {
    const written: string[] = [];
    const live = boundedLive((name, text) => void written.push(`${name}: ${text}`), most);
    for (const text of texts) live.add('stdout', text);
    live.end();
    return written;
  }

  test('is shown as it comes while there is room', () => {
    assert.deepEqual(collect(10, ['abc', 'defghij']), ['stdout: abc', 'stdout: defghij']);
  });

  test('has its end shown too, with the middle left out and told', () => {
    const written = collect(5, ['abc', 'defg', 'x'.repeat(10_000), 'the end']);
    assert.deepEqual(written.slice(0, 2), ['stdout: abc', 'stdout: de']);
    assert.match(written[2]!, /^stderr: \n… there is more than can be shown/);
    assert.equal(written[3], 'stderr: … 6,009 characters were left out …\n');
    assert.equal(written[4], `stdout: ${'x'.repeat(3993)}the end`);
    assert.equal(written.length, 5);
  });

  test('may be a gigabyte: the kernel shows its beginning and end, stays small and goes on', async () => {
    await using kernel = await testKernel();
    const size = times(100_000_000, 1_000_000_000);
    await kernel.run('const before = process.memoryUsage.rss()');
    const { stdout, stderr, reply } = await kernel.run(`!head -c ${size} /dev/zero | tr '\\0' x; echo; echo the end`, {
      timeout: 300_000,
    });
    assert.equal(reply.status, 'ok');
    assert.match(stderr, /characters were left out/);
    assert.ok(stdout.length < 17_000_000, `${stdout.length} characters`);
    assert.ok(stdout.endsWith('x\nthe end\n'));
    const grown = await kernel.run('(process.memoryUsage.rss() - before) / 2 ** 20 < 400');
    assert.equal((grown.outputs[0]!.content.data as Record<string, string>)['text/plain'], 'true');
  });
});
