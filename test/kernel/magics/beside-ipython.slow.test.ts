/**
 * The oracle of magics is IPython: cells whose words are the same in both, run by both. Where typelab means to differ there
 * is no cell: a command or program that fails fails the cell, `{expression}` is checked, `!true` is TypeScript's negation,
 * and `!` has no terminal.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ownKernelspec } from '../../../kernel/kernelspec.ts';
import { type KernelCommand, type RunningKernel, startKernel } from '../../../kernel/wire/start.ts';
import { python, withoutPython } from '../../helpers/python.ts';

const cells = [
  '!echo hello',
  "!echo 'a  b'   c",
  '!printf "a\\nb\\n"',
  '!echo one two | tr a-z A-Z | rev',
  '!echo no newline at all | tr -d "\\n"',
  '!for i in 1 2 3; do echo $i; done',
  '!echo {x}',
  '!echo {x + 1} and {x}',
  '!echo $x',
  '!echo {{x}}',
  '!echo $$x',
  "!echo '$x'",
  '!echo "{x}" {word}',
  '!echo $TYPELAB_NO_SUCH_VARIABLE.',
  '!printf "%s-" {items}; echo',
  '!echo a; echo b',
  '!echo été €',
  '    !echo indented',
  '%env TYPELAB_A=b c',
  '%env TYPELAB_A',
  '!echo $TYPELAB_A',
  '%env TYPELAB_D e',
  '%set_env TYPELAB_E=f',
  '!echo $TYPELAB_D$TYPELAB_E',
  '%%bash\necho $TYPELAB_A; echo "{x} $x."',
  '%%sh\necho from sh',
  '%%bash\nfalse\necho goes on',
  '%%bash\nset -e\nfalse\necho never',
  '%%bash\nexit 3',
  '%%bash --no-raise-error\nexit 3',
  '%%bash --out got\necho kept; echo shown >&2',
  'got',
  '%%bash --out got --err wrong\necho kept; echo wrong >&2',
  'wrong',
  '%%script cat\nas {x} it $x is',
  '%%script bash -s one two\necho $2 $1',
  '%%script --out got cat\nbody',
  'got',
  '%%python3\nprint(1 + 1)',
  '%%writefile notes.txt\nfirst line',
  '%%writefile notes.txt\nagain',
  '%%writefile -a notes.txt\nlast line {x}',
  '!cat notes.txt',
  '!ls -d s*',
  '%cd sub',
  '!basename $(pwd)',
  '%cd ..',
  '%cd -q sub',
  '!basename $(pwd)',
  '%cd -q -',
  '!ls -d s*',
  '%cd -q "with space"',
  '!basename "$(pwd)"',
  '%cd -q ..',
  '%%capture caught\n!echo hidden',
  'caught.stdout',
  '%%html\n<b>{x}</b>',
  '%%markdown\n**$x**',
  '%%latex\n$x^2$',
  '%%svg\n<svg xmlns="http://www.w3.org/2000/svg"/>',
  '%%javascript\nelement.append(1)',
  '%no_such_magic_here',
  '%%no_such_magic_here\nx',
  '!echo still here',
];

describe('magics do as IPython does', { skip: withoutPython }, async () => {
  if (!python) return;
  const ours = await open(ownKernelspec(), "const x = 5; const word = 'abc'; const items = ['p', 'q']");
  const theirs = await open(
    { argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'], interrupt_mode: 'signal' },
    "x = 5; word = 'abc'; items = 'p q'",
  );
  after(async () => {
    for (const { kernel, folder } of [ours, theirs]) {
      await kernel.shutdown();
      rmSync(folder, { recursive: true, force: true });
    }
  });
  for (const [number, cell] of cells.entries())
    test(`${number}: ${cell.replaceAll('\n', ' ⏎ ')}`, async () => {
      assert.deepEqual(await outcome(ours, cell), await outcome(theirs, cell));
    });
});

type Side = { kernel: RunningKernel; folder: string };

async function open(spec: KernelCommand, setUp: string): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-beside-'));
  mkdirSync(join(folder, 'sub'));
  mkdirSync(join(folder, 'with space'));
  const env = { ...process.env, SHELL: '/bin/bash', IPYTHONDIR: join(folder, '.ipython'), TYPELAB_HISTORY: 'off' };
  const kernel = await startKernel(spec, { cwd: folder, env });
  assert.equal((await kernel.client.execute(setUp).reply).content.status, 'ok');
  return { kernel, folder };
}

/** What both have words for: how it ended, what was printed and shown. */
async function outcome({ kernel, folder }: Side, cell: string) {
  const { reply, iopub } = kernel.client.execute(cell, { timeout: 60_000 });
  let text = '';
  const shown: unknown[] = [];
  for await (const { header, content } of iopub) {
    // IPython gives `!` a terminal, where both streams are one.
    if (header.msg_type === 'stream' && (content.name === 'stdout' || !cell.startsWith('%'))) text += content.text;
    const { 'text/plain': plain, ...data } = (content.data ?? {}) as Record<string, string>;
    if (header.msg_type === 'display_data')
      for (const one of Object.entries(data)) shown.push(one.map((part) => part.trimEnd()));
    if (header.msg_type === 'execute_result') shown.push(plain?.replace('\\r\\n', '\\n'));
  }
  const { status } = (await reply).content;
  return { status, text: text.replaceAll('\r\n', '\n').replaceAll(folder, '<folder>').trimEnd(), shown };
}
