import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execa } from 'execa';
import { root } from './helpers/root.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('README', () => {
  test('its TypeScript runs as it stands', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-readme-'));
    // Inside the package, so that 'typelab' means this one.
    const file = join(root, 'out', 'test', `readme-${process.pid}.ts`);
    t.after(() => [folder, file].forEach((path) => void rmSync(path, { recursive: true, force: true })));
    const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);
    assert.equal(blocks.length, 1);
    mkdirSync(join(root, 'out', 'test'), { recursive: true });
    writeFileSync(file, `${blocks[0]}\nconsole.log(JSON.stringify({ accuracy, predictions }));\n`);
    const { stdout } = await execa(process.execPath, [file], { cwd: folder });
    const { accuracy, predictions } = JSON.parse(stdout.trim().split('\n').at(-1)!);
    assert.ok(accuracy > 0.96, `accuracy ${accuracy}`);
    assert.deepEqual(
      predictions.map((row: number[]) => row.indexOf(Math.max(...row))),
      [7, 2, 1],
    );
    assert.ok(existsSync(join(folder, 'models/digits/1/saved_model.pb')));
  });

  test('every npm script and every file that it names exists', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const [, name = ''] of readme.matchAll(/npm run ([\w:]+)/g)) assert.ok(scripts[name], `npm run ${name}`);
    for (const [, path = ''] of readme.matchAll(/\]\((?!https?:)([^)]+)\)/g))
      assert.ok(existsSync(join(root, path)), path);
  });
});
