import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execa } from 'execa';
import { root } from '../helpers/root.ts';

const typelab = (...args: string[]) => execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { reject: false });

describe('typelab without a notebook', () => {
  test('help fits into 80 columns and describes every command', async () => {
    for (const command of [[], ['engine'], ['grade']]) {
      const { stdout, exitCode } = await typelab(...command, '--help');
      assert.equal(exitCode, 0);
      const lines = stdout.split('\n');
      assert.ok(
        lines.every((line) => line.length <= 80),
        stdout,
      );
      const commands = lines.slice(lines.indexOf('Commands:') + 1);
      assert.ok(commands.length > 3);
      for (const line of commands) assert.match(line, /^ {2}(\w+| +) +\S/);
    }
  });

  test('a wrong argument names the help of its own command', async () => {
    const { stderr, exitCode } = await typelab('engine', 'add', '--gpu');
    assert.equal(stderr, "error: unknown option '--gpu'\n(typelab engine add --help tells more)");
    assert.equal(exitCode, 2);
  });

  test('without its npm packages it says how they come', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-bare-'));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'lab'));
    for (const part of ['main.ts', 'package.json', 'src'])
      cpSync(join(root, 'lab', part), join(folder, 'lab', part), { recursive: true });
    const { stderr, exitCode } = await execa(process.execPath, [join(folder, 'lab/main.ts'), 'doctor'], {
      reject: false,
    });
    assert.match(
      stderr,
      /^Cannot find package 'commander' imported from \S+\. In a clone, npm ci installs typelab's packages\.$/,
    );
    assert.equal(exitCode, 1);
  });
});
