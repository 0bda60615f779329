import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { root } from '../../helpers/root.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'typelab bin-')));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the launchers find their program beside their real place, through links, with all arguments', () => {
  for (const [name, program] of [
    ['tensorflow_model_server', 'server/main.ts'],
    ['typelab', 'lab/main.ts'],
  ] as const) {
    mkdirSync(join(folder, 'lab/bin'), { recursive: true });
    mkdirSync(join(folder, 'server'), { recursive: true });
    copyFileSync(join(root, 'lab/bin', name), join(folder, 'lab/bin', name));
    writeFileSync(
      join(folder, program),
      'console.log(JSON.stringify([import.meta.filename, process.execPath, process.argv.slice(2)]))',
    );
    symlinkSync(join('lab/bin', name), join(folder, `link-${name}`));
    symlinkSync(join(folder, `link-${name}`), join(folder, name));
    const env = { ...process.env, TYPELAB_NODE: process.execPath };
    const said = execFileSync(join(folder, name), ['--a=1', 'b c', ''], { env, cwd: tmpdir(), encoding: 'utf8' });
    assert.deepEqual(JSON.parse(said), [join(folder, program), process.execPath, ['--a=1', 'b c', '']]);
  }
});
