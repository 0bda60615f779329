import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kernelFor } from '../../../lab/src/run/kernel-for.ts';

const named = (name?: string) => ({
  cells: [],
  metadata: name ? { kernelspec: { name } } : {},
  nbformat: 4,
  nbformat_minor: 5,
});

describe('the kernel of a notebook', () => {
  test('is ours without an installation, also in JavaScript', async () => {
    assert.equal((await kernelFor(named('typelab'), 'a.ipynb')).argv.at(-1), '{connection_file}');
    assert.equal((await kernelFor(named('typelab-js'), 'a.ipynb')).argv.at(-1), 'javascript');
  });

  test('is ours for notebooks of kernels that are not installed and that it stands in for', async () => {
    assert.equal((await kernelFor(named('tslab'), 'a.ipynb')).language, 'typescript');
    assert.equal((await kernelFor(named('jslab'), 'a.ipynb')).language, 'javascript');
    const shows = { TYPELAB_SEMICOLON: 'shows' };
    assert.deepEqual((await kernelFor(named('tslab'), 'a.ipynb')).env, { TYPELAB_STRICT: 'off', ...shows });
    assert.deepEqual((await kernelFor(named('deno'), 'a.ipynb')).env, { TYPELAB_TYPECHECK: 'off', ...shows });
    assert.deepEqual((await kernelFor(named('javascript'), 'a.ipynb')).env, shows);
    assert.equal((await kernelFor(named('typelab'), 'a.ipynb')).env, undefined);
  });

  test('is an error for any other name, or none', async () => {
    await assert.rejects(
      kernelFor(named('no-such-kernel'), 'a.ipynb'),
      /a\.ipynb: no kernel is called "no-such-kernel"/,
    );
    await assert.rejects(kernelFor(named('constructor'), 'a.ipynb'), /no kernel is called "constructor"/);
    await assert.rejects(kernelFor(named(), 'a.ipynb'), /names no kernel/);
  });
});
