import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownKernelspec } from '../../kernel/kernelspec.ts';
import { prepareKernel } from '../../kernel/prepare.ts';
import { startKernel } from '../../kernel/wire/start.ts';
import { root } from '../helpers/root.ts';

describe('the bundles that a kernel starts from', () => {
  test('a kernel takes them while the sources are as they were, and works as from the sources', async () => {
    while (!(await prepareKernel())) await sleep(200);
    assert.deepEqual(await outputs(cells), ['.mjs', 'HELLO', "['<b>here</b>']", 'Error: thrown | Cell In[4]', '42']);
  });

  test('bundles that cannot be read make it start from the sources too', async () => {
    const cache = join(root, 'node_modules/.cache/typelab');
    const { folder } = JSON.parse(readFileSync(join(cache, 'start.json'), 'utf8')) as { folder: string };
    const file = join(cache, folder, 'worker.cjs');
    renameSync(file, `${file}.away`);
    try {
      assert.deepEqual(await outputs(cells.slice(0, 1)), ['.ts']);
    } finally {
      renameSync(`${file}.away`, file);
    }
  });

  test('a source that was touched since makes a kernel start from the sources', async () => {
    const source = join(root, 'kernel/entries.ts');
    const now = new Date();
    utimesSync(source, now, now);
    const [first, ...rest] = await outputs(cells);
    assert.equal(first, '.ts');
    assert.deepEqual(rest, ['HELLO', "['<b>here</b>']", 'Error: thrown | Cell In[4]', '42']);
    execFileSync(process.execPath, [join(root, 'kernel/prepare.ts')]);
  });
});

/** What cells load by address shares its state with what the kernel has loaded. */
const cells = [
  "import.meta.resolve('typelab/kernel').replace(/.*(?=\\.)/, '')",
  "import { registerMagic } from 'typelab/kernel';\nregisterMagic('shout', (line) => line.toUpperCase());\n%shout hello",
  "import { display } from 'tslab';\ndisplay.html('<b>here</b>')",
  "throw new Error('thrown')",
  'enum Answer { all = 42 }\nAnswer.all',
];

/** The value, HTML or error of each cell. */
async function outputs(sources: string[]): Promise<string[]> {
  const kernel = await startKernel(ownKernelspec(), { env: { ...process.env, TYPELAB_HISTORY: 'off' } });
  const found: string[] = [];
  try {
    for (const source of sources) {
      for await (const { header, content } of kernel.client.execute(source).iopub) {
        const data = content.data as Record<string, string> | undefined;
        if (header.msg_type === 'display_data') found.push(`['${data?.['text/html']}']`);
        if (header.msg_type === 'execute_result') found.push(data!['text/plain']!.replace(/^'(.*)'$/, '$1'));
        if (header.msg_type === 'error') {
          const place = /Cell In\[\d+\]/.exec((content.traceback as string[]).join('\n'))?.[0];
          found.push(`${content.ename}: ${content.evalue} | ${place}`);
        }
      }
    }
  } finally {
    await kernel.shutdown();
  }
  return found;
}
