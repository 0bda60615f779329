import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { handIn, pointsOf, sourceOf } from '../../helpers/assignment.ts';
import { root } from '../../helpers/root.ts';
import { wrongAnswers } from './wrong-answers.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-assignments-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const typelab = (...args: string[]) =>
  execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { cwd: folder, reject: false });

describe("the course's assignments", () => {
  for (const [name, wrong] of Object.entries(wrongAnswers) as [
    'flowers' | 'client',
    (typeof wrongAnswers)['client'],
  ][]) {
    test(`${name}: the solution gets every point, each wrong submission those of what it has right`, async () => {
      const paths = [await handIn(name, join(folder, name, 'right.ipynb'))];
      for (const [student, { answers }] of Object.entries(wrong))
        paths.push(await handIn(name, join(folder, name, `${student}.ipynb`), answers));
      const run = await typelab('grade', 'run', '--source', sourceOf(name), ...paths, '--json', `${name}.json`);
      assert.equal(run.exitCode, 0, run.stderr);
      const grades = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Record<string, unknown>[];
      const all = pointsOf(name);
      const expected: Record<string, { points: Record<string, number> }> = { right: { points: {} }, ...wrong };
      for (const { student, cells, notes, error } of grades) {
        const { think, ...points } = cells as Record<string, number>;
        assert.deepEqual(points, { ...all, ...expected[student as string]!.points }, String(student));
        assert.deepEqual([notes, error], [undefined, undefined], String(student));
      }
      assert.equal(grades.length, 4);
    });

    test(`${name}: the students' version has neither solutions nor hidden tests`, async () => {
      const run = await typelab('grade', 'release', sourceOf(name), '-o', `${name}.ipynb`);
      assert.equal(run.exitCode, 0, run.stderr);
      const text = readFileSync(join(folder, `${name}.ipynb`), 'utf8');
      assert.doesNotMatch(text, /SOLUTION|HIDDEN/);
      assert.equal(text.match(/YOUR CODE HERE\\n/g)!.length, text.match(/not written yet/g)!.length);
    });
  }
});
