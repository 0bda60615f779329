/** Whole sessions: every file of golden/ is a notebook for one kernel, each case a cell and what it shows. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { which } from '../../../kernel/magics/child-env.ts';
import { testKernel } from '../../helpers/kernel.ts';

const folder = join(import.meta.dirname, 'golden');

for (const file of readdirSync(folder).sort()) {
  describe(file, async () => {
    const kernel = await testKernel();
    after(() => kernel[Symbol.asyncDispose]());
    const cases = readFileSync(join(folder, file), 'utf8')
      .split(/^### /m)
      .slice(1)
      .map((block) => /^(.*)\n([\s\S]*?)\n---\n([\s\S]*?)\n*$/.exec(block)!)
      .map(([, title = '', source = '', expected = '']) => ({ title, source, expected }));
    const written: string[] = [];
    for (const { title, source, expected } of cases) {
      test(title, { skip: needsPython(source) }, async () => {
        const actual = await show(source);
        written.push(`### ${title}\n${source}\n---\n${actual}\n`);
        if (!process.env.UPDATE) assert.equal(actual, expected);
        else if (written.length === cases.length) writeFileSync(join(folder, file), written.join('\n'));
      });
    }

    async function show(source: string): Promise<string> {
      const { outputs, reply, stdout, stderr } = await kernel.run(source, { timeout: 60_000 });
      // A job writes when it likes; and which of two streams comes first is the system's choice.
      const shown = source.includes('--bg') ? [] : [stdout, stderr.replace(/^(?=.)/gm, 'stderr: ')];
      for (const { header, content } of outputs) {
        if (header.msg_type === 'stream') continue;
        if (header.msg_type === 'error') {
          shown.push(`${content.ename}: ${content.evalue}\n`);
          continue;
        }
        const data = (content.data ?? {}) as Record<string, unknown>;
        for (const [mime, text] of Object.entries(data))
          if (mime !== 'text/plain') shown.push(`${mime}: ${text}\n`);
          else if (Object.keys(data).length === 1) shown.push(`${text}\n`);
      }
      const { payload = [] } = reply as { payload?: unknown[] };
      for (const entry of payload) shown.push(`payload: ${JSON.stringify(entry)}\n`);
      return normal(shown.join('')).trimEnd();
    }

    /** What differs from run to run. */
    function normal(text: string): string {
      return text
        .replaceAll(kernel.folder, '<folder>')
        .replaceAll(homedir(), '<home>')
        .replace(/\bpid \d+/g, 'pid <pid>')
        .replace(/bash: line \d+/g, 'bash: line <n>')
        .replace(/[\d.]+(?:min [\d.]+)? (?:ns|μs|ms|s)(?= ±|,? per|,|\n|$)/gm, '<time>')
        .replace(/± [\d.]+ (?:ns|μs|ms|s)/g, '± <time>')
        .replace(/total: <time>|total: [\d.]+ \S+/g, 'total: <time>')
        .replace(/runs, [\d,]+ loops/g, 'runs, <n> loops');
    }
  });
}

function needsPython(source: string): string | false {
  return /^%%python/.test(source) && !which('python3') ? 'needs python3' : false;
}
