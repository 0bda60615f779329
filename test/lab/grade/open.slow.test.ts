import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { execa } from 'execa';
import { root } from '../../helpers/root.ts';
import { cell, put } from './cells.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-open-'));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const one of ['source', 'in', 'no-mounts', 'no-namespaces']) mkdirSync(join(folder, one));

const test_ = cell('test', "import assert from 'node:assert/strict';\nassert.equal(double(2), 4);", 'test', 1);
const assignment = (answer: string) => [cell('double', answer, 'solution'), test_];
const RIGHT = 'function double(n: number): number { return 2 * n; }';
const source = put(join(folder, 'source/source.ipynb'), assignment(RIGHT));

/** As a locked-down container has it: no namespaces at all, or (some desktops) such that nothing can be mounted in them. */
const machines = { 'no-namespaces': 'unshare', 'no-mounts': 'mount' };

for (const [machine, program] of Object.entries(machines))
  test(`${machine}: where submissions cannot be isolated that is said, and the limits that are left hold`, async () => {
    const forbidden = join(folder, machine, program);
    writeFileSync(forbidden, `#!/bin/sh\necho "${program}: Operation not permitted" >&2; exit 1\n`);
    chmodSync(forbidden, 0o755);
    const paths = Object.entries({
      right: RIGHT,
      endless: 'function double(n: number): number { for (;;); }',
      fills: `import { writeFileSync } from 'node:fs';
for (let i = 0; i < 5; i++) writeFileSync('file' + i, Buffer.alloc(2 ** 20));
${RIGHT}`,
    }).map(([name, answer]) => put(join(folder, 'in', `${name}.ipynb`), assignment(answer)));
    const json = join(folder, `${machine}.json`);
    const run = await execa(
      process.execPath,
      [
        join(root, 'lab/main.ts'),
        ...['grade', 'run', '--source', source, ...paths, '--json', json, '--cell-timeout', '6', '--disk', '4'],
      ],
      { reject: false, env: { PATH: `${join(folder, machine)}${delimiter}${process.env.PATH}` } },
    );
    assert.equal(run.exitCode, 0, run.stderr);
    assert.match(
      run.stderr,
      /^Submissions are not isolated on this machine \((it lets no program make Linux namespaces|only Linux can)\): they can read files, also the solution/,
    );
    const grades = JSON.parse(readFileSync(json, 'utf8')) as { student: string; score: number; isolated?: boolean }[];
    assert.deepEqual(
      grades.map(({ student, score, isolated }) => [student, score, isolated]),
      [
        ['right', 1, false],
        ['endless', 0, false],
        ['fills', 0, false],
      ],
    );
  });
