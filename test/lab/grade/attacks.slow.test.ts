import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { execa } from 'execa';
import { root } from '../../helpers/root.ts';
import { type Cells, cell, put } from './cells.ts';

// Not in the temporary folder, which a submission does not see anyway: as a course on a teacher's disk.
mkdirSync(join(root, 'out'), { recursive: true });
const folder = mkdtempSync(join(root, 'out', 'attacks-'));
after(() => rmSync(folder, { recursive: true, force: true }));
// For all to read, so that only what the grader hides is hidden.
chmodSync(folder, 0o755);
for (const name of ['.git', 'week1', 'in', 'in/other', 'graded']) mkdirSync(join(folder, name));

const setup = cell(
  'setup',
  "import assert from 'node:assert/strict';\n// BEGIN HIDDEN TESTS\nconst expected = 'hidden-word';\n// END HIDDEN TESTS",
  'given',
);
const checks = [
  cell(
    'double-test',
    `assert.equal(double(2), 4);
// BEGIN HIDDEN TESTS
assert.equal(double(21), 42, 'twice a bigger number');
assert.notEqual(double(31) as unknown, 'hidden-answer');
// END HIDDEN TESTS`,
    'test',
    3,
  ),
  cell(
    'share',
    "const right = words().filter((one: string) => one === 'a');\nright.length / words().length * 2",
    'test',
    2,
  ),
];
const SOLUTION =
  'function double(n: number): number {\n  // BEGIN SOLUTION\n  return 2 * n; // secret\n  // END SOLUTION\n}';
const WORDS = "function words(): string[] { return ['a', 'b']; }";
const assignment = (double: string, words = WORDS) => [
  setup,
  cell('double', double, 'solution'),
  cell('words', words, 'solution'),
  ...checks,
];
const source = put(join(folder, 'week1/source.ipynb'), assignment(SOLUTION));
// Copies that lie about on a teacher's disk.
writeFileSync(join(folder, '.git/object'), 'secret');
put(join(folder, 'graded/earlier.ipynb'), assignment(SOLUTION));
put(join(folder, 'in/other/neighbour.ipynb'), assignment('function double(n: number) { return 2 * n; } // secret'));

const WRONG = 'function double(n: number): number { return 4; }';
const path = (name: string) => join(folder, 'in', `${name}.ipynb`);
/** Looks for what it must not find, and prints what it has found. */
const THIEF = `import fs from 'node:fs';
import { execSync } from 'node:child_process';
const found: string[] = [];
const attempt = (what: string, todo: () => boolean) => { try { if (todo()) found.push(what); } catch {} };
const reads = (what: string, file: string) => attempt(what, () => fs.readFileSync(file, 'utf8').includes('secret'));
fs.writeFileSync('own.txt', 'secret');
reads('what it wrote itself', 'own.txt');
reads('the history', '${join(folder, '.git/object')}');
reads('what was graded', '${join(folder, 'graded/earlier.ipynb')}');
reads('a neighbour', '${join(folder, 'in/other/neighbour.ipynb')}');
attempt('a home', () => fs.readdirSync('${homedir()}').some((one) => one !== '.cache'));
attempt('a token', () => process.env.GITHUB_TOKEN !== undefined);
// Its own kernel's connection file is there to be read: whoever has it can send what its kernel sends.
attempt("another's connection", () => execSync('ls /tmp/typelab-kernel-*/connection.json').toString().trim().split('\\n').length > 1);
attempt('where its tests are', () => fs.readdirSync('..').length > 1 || fs.readdirSync('/tmp').some((one) => /tests/.test(one)));
const foreign = () => fs.readdirSync('/proc').filter((one) => /^\\d+$/.test(one)).filter((one) => /grade run|typelab-tests/.test(fs.readFileSync('/proc/' + one + '/cmdline', 'utf8').replaceAll('\\0', ' ')));
attempt("another's memory", () => foreign().some((pid) => fs.writeSync(fs.openSync('/proc/' + pid + '/mem', 'r+'), 'x', 4096) > 0));
attempt('its parent', () => process.ppid > 0);
for (const command of ['umount -l ${folder}/week1', 'umount -l ${folder}', 'umount -l /tmp', 'mkdir m && mount --bind ${folder} m && cat m/week1/source.ipynb', 'unshare -rmp --fork umount -l ${folder}/week1', 'nsenter -t 1 -m cat ${source}', 'mount -o remount,rw /', 'mount -o remount,size=9g ..'])
  attempt(command, () => { execSync(command, { stdio: 'ignore' }); return !command.startsWith('umount'); });
reads('the solution', '${source}');
reads('the solution by another way', '/proc/1/root${source}');
console.log('found: ' + found.join(', '));`;

/** What each gets: [double-test, share]. Half of the words are right, so 1 of 2 is what an honest answer gets. */
const attacks: Record<string, [cells: Cells, points: [number, number]]> = {
  honest: [assignment('function double(n: number): number { return n + n; }'), [3, 1]],
  'moves-the-setup': [
    [
      cell('extra', 'const assert: any = { equal() {} };'),
      cell('double', WRONG, 'solution'),
      cell('words', WORDS, 'solution'),
      ...checks,
      setup,
    ],
    [0, 1],
  ],
  'makes-the-setup-text': [
    [
      { ...setup, cell_type: 'markdown' },
      cell('extra', 'const assert: any = { equal() {} };'),
      cell('double', WRONG, 'solution'),
      cell('words', WORDS, 'solution'),
      ...checks,
    ],
    [0, 1],
  ],
  'reads-what-the-setup-hides': [
    assignment(
      `function double(n: number): number { return typeof expected === 'undefined' ? 0 : 2 * n; }\ndeclare const expected: unknown;`,
    ),
    [0, 1],
  ],
  'has-no-words': [assignment(WRONG, 'function words(): string[] { return []; }'), [0, 0]],
  // 3 of 1, and 1 of 0.
  'is-more-than-all': [
    assignment(WRONG, "let asked = 0;\nfunction words(): string[] { return asked++ === 0 ? ['a', 'a', 'a'] : ['b']; }"),
    [0, 2],
  ],
  'is-infinite': [
    assignment(WRONG, "let asked = 0;\nfunction words(): string[] { return asked++ === 0 ? ['a'] : []; }"),
    [0, 0],
  ],
  'throws-nothing': [
    assignment('function double(n: number): number { throw undefined; }', 'function words(): any { throw null; }'),
    [0, 0],
  ],
  'asks-the-bindings': [
    assignment(`${WRONG}
const p: any = process;
for (const name of ['fs', 'spawn_sync', 'contextify', 'inspector', 'worker']) try { p.binding(name); } catch {}
try { p.binding('util').setHiddenValue?.(globalThis, 0, 0); } catch {}`),
    [0, 1],
  ],
  'replaces-modules': [
    assignment(`${WRONG}
import { createRequire, syncBuiltinESMExports } from 'node:module';
const require = createRequire(process.cwd() + '/x.js');
for (const name of ['assert', 'assert/strict', 'node:assert', 'node:assert/strict']) {
  const module = require(name);
  for (const key of Object.keys(module)) try { module[key] = () => {}; } catch {}
}
syncBuiltinESMExports();
for (const key of Object.keys(require.cache)) require.cache[key]!.exports = {};`),
    [0, 1],
  ],
  'starts-a-worker': [
    assignment(`${WRONG}
import { Worker } from 'node:worker_threads';
new Worker(\`
  const net = require('node:net');
  for (let port = 1024; port < 65536; port++) net.connect(port, '127.0.0.1').on('error', () => {}).end('{"id":1,"value":true}\\\\n{"id":2,"value":42}\\\\n');
\`, { eval: true }).on('error', () => {});`),
    [0, 1],
  ],
  'prepares-the-next-process': [
    assignment(`${WRONG}
import fs from 'node:fs';
fs.writeFileSync('evil.cjs', "require('node:assert').strict.equal = () => {}; require('node:assert').equal = () => {};");
for (const name of ['NODE_OPTIONS', 'LD_PRELOAD', 'TYPELAB_TEST']) process.env[name] = '--require ' + process.cwd() + '/evil.cjs';
for (const file of ['.bashrc', '.profile', '.npmrc', '.noderc', 'package.json', 'tsconfig.json', '.env']) fs.writeFileSync(process.env.HOME + '/' + file, file.endsWith('json') ? '{ "type": "commonjs", "imports": { "#x": "./evil.cjs" } }' : 'export NODE_OPTIONS=--require=evil.cjs');
process.kill(process.pid, 'SIGKILL');`),
    [0, 1],
  ],
  'waits-for-the-tests': [
    assignment(
      `${WRONG}
import { spawn } from 'node:child_process';
spawn('sh', ['-c', 'while sleep 0.1; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ /tmp/*/*.ipynb /tmp/*/*.json; done > found.txt 2>/dev/null'], { detached: true, stdio: 'ignore' }).unref();
import fs from 'node:fs';
const answers = () => (/=== ?(\\d+)|, (42)\\)/.exec(fs.readFileSync('found.txt', 'utf8')) ?? [])[1];
function double(n: number): any { const until = Date.now() + 1000; while (Date.now() < until); return n === 2 ? 4 : Number(answers()); }`.replace(
        WRONG,
        '',
      ),
    ),
    [0, 1],
  ],
  'shows-marks': [
    assignment(`import { display } from 'typelab/kernel';
function double(n: number): number { display('3'); console.log('double-test: 3 of 3 points'); process.stdout.write('\\n3\\n'); return 4; }`),
    [0, 1],
  ],
  // As far as the name of its process group goes, the grader and the tests might be in it.
  'kills-whom-it-can': [
    assignment(`import { execSync } from 'node:child_process';
function double(n: number): number {
  for (const pid of [0, -1]) try { execSync('kill -9 -- ' + pid); } catch {}
  try { process.kill(0, 'SIGKILL'); } catch {}
  return 2 * n;
}`),
    [3, 1],
  ],
  'rewrites-itself': [
    assignment(`${WRONG}
import fs from 'node:fs';
for (const file of ['${path('rewrites-itself')}', '${source}', '${path('honest')}']) try { fs.writeFileSync(file, 'mine'); } catch {}`),
    [0, 1],
  ],
};

/** These show what they have found: in a later cell, in a visible test, where they are called. */
const tellers: typeof attacks = {
  thief: [assignment(`${THIEF}\n${WRONG}`), [0, 1]],
  'tells-what-it-is-called-with': [
    [
      ...assignment(
        `import fs from 'node:fs';
import { display, updateDisplay } from 'typelab/kernel';
const seen: number[] = [];
display('shown', { id: 'd' });
function double(n: number): number {
  seen.push(n);
  for (const file of ['seen', '/tmp/seen', '/dev/shm/seen']) fs.writeFileSync(file, String(seen));
  updateDisplay('by a display: ' + seen, { id: 'd' });
  console.log('at once: ' + seen);
  setTimeout(() => console.log('later: ' + seen), 50);
  return 2 * n;
}`,
        "function words(): string[] { throw new Error('by an error: ' + seen); }",
      ),
      cell(
        'after',
        "console.log('by a variable: ' + seen);\nfor (const file of ['seen', '/tmp/seen', '/dev/shm/seen']) console.log('by ' + file + ': ' + fs.readFileSync(file));",
      ),
    ],
    [3, 0],
  ],
  // What a test says where it fails is shown. Here the student says it, to see whether the test has such a text.
  'guesses-what-is-expected': [
    assignment(
      "function double(n: number): number { if (n === 31) throw new Error('hidden' + '-answer'); return 2 * n; }",
    ),
    [0, 1],
  ],
  'fits-the-visible-test': [assignment(WRONG), [0, 1]],
  'writes-the-marks-of-a-teacher': [
    assignment('function double(n: number): number { return n + n; }\n// BEGIN HIDDEN TESTS'),
    [3, 1],
  ],
  'fills-its-disk-when-called': [
    assignment(`import fs from 'node:fs';
function double(n: number): number {
  if (n === 21) for (let i = 0; ; i++) fs.writeFileSync('file' + i, Buffer.alloc(2 ** 22));
  return 2 * n;
}`),
    [0, 1],
  ],
  // No file of these lies where one could count it.
  'fills-all-disks': [
    [
      cell(
        'before',
        `import fs from 'node:fs';
const open = ['/tmp/a', '/dev/shm/b', 'c'].map((file) => { const fd = fs.openSync(file, 'w'); fs.unlinkSync(file); return fd; });
for (const fd of open) try { for (;;) fs.writeSync(fd, Buffer.alloc(2 ** 22)); } catch {}`,
      ),
      cell('many', "import fs from 'node:fs';\ntry { for (let i = 0; ; i++) fs.mkdirSync('folder' + i); } catch {}"),
      ...assignment('function double(n: number): number { return 2 * n; }'),
    ],
    [3, 1],
  ],
};

type Graded = { student: string; cells: Record<string, number>; notes?: string[]; error?: string };

async function grade(all: typeof attacks, more: string[], ...args: string[]): Promise<Graded[]> {
  for (const [name, [cells]] of Object.entries(all)) put(path(name), cells);
  const files = [...Object.keys(all), ...more].map(path);
  const before = files.map((file) => readFileSync(file, 'utf8'));
  const json = join(folder, 'out.json');
  const options = ['--json', json, '--cell-timeout', '30', '--jobs', '3', ...args];
  const command = [join(root, 'lab/main.ts'), 'grade', 'run', '--source', source, ...files, ...options];
  const run = await execa(process.execPath, command, { reject: false, env: { GITHUB_TOKEN: 'secret' } });
  assert.equal(run.exitCode, 0, run.stderr);
  assert.deepEqual(
    files.map((file) => readFileSync(file, 'utf8')),
    before,
  );
  return JSON.parse(readFileSync(json, 'utf8'));
}

const pointsOf = (grades: Graded[]) =>
  Object.fromEntries(
    grades.map(({ student, cells, error }) => [student, error ?? [cells['double-test'], cells.share]]),
  );
const expected = (all: typeof attacks) =>
  Object.fromEntries(Object.entries(all).map(([name, [, points]]) => [name, points]));

test('what a hostile submission tries gains nothing', async () => {
  symlinkSync(source, path('links-to-the-solution'));
  const grades = await grade(attacks, ['links-to-the-solution', 'other/neighbour']);
  assert.deepEqual(pointsOf(grades), {
    ...expected(attacks),
    'links-to-the-solution': `${path('links-to-the-solution')}: is a link to another file; hand in the file itself`,
    neighbour: [3, 1],
  });
  const of = (student: string) => grades.find((one) => one.student === student)!;
  assert.equal(of('moves-the-setup').notes!.at(-1), 'cells from double on had been moved and were put in order');
});

test('a feedback page tells nothing that is hidden, whatever the submission does to have it there; each disk has an end', async () => {
  const [graded, pages] = ['graded', 'pages'].map((one) => join(folder, one)) as [string, string];
  const grades = await grade(tellers, [], '--graded', graded, '--feedback', pages, '--disk', '48');
  assert.deepEqual(pointsOf(grades), expected(tellers));
  const page = (name: string) => readFileSync(join(pages, `${name}.html`), 'utf8');
  for (const name of Object.keys(tellers))
    assert.doesNotMatch(page(name), /hidden-(word|answer)|2,21|double\(21\)/, name);
  assert.match(page('thief'), /found: what it wrote itself\n/);
  // Its ways are open as far as the visible test goes, but for what it shows while no cell of its own runs.
  const told = page('tells-what-it-is-called-with');
  for (const way of ['variable', '/tmp/seen', '/dev/shm/seen', 'seen', 'an error'])
    assert.match(told, new RegExp(`by (a )?${way}: 2\\b`), way);
  assert.match(page('guesses-what-is-expected'), /a hidden test does not pass/);
  assert.match(page('fits-the-visible-test'), /twice a bigger number/);
  assert.match(page('fills-its-disk-when-called'), /wrote more than 48 MB, or 100,000 files, to its disk/);
  assert.equal(page('fills-all-disks').match(/wrote more than 48 MB/g)?.length, 2);

  // What is kept for the teacher gives the same pages.
  const again = join(folder, 'again');
  const kept = Object.keys(tellers).map((name) => join(graded, `${name}.ipynb`));
  const report = [join(root, 'lab/main.ts'), 'grade', 'report', ...kept, '--feedback', again];
  await execa(process.execPath, report);
  for (const name of Object.keys(tellers))
    assert.equal(readFileSync(join(again, `${name}.html`), 'utf8'), page(name), name);
  assert.match(readFileSync(kept[1]!, 'utf8'), /by a variable: 2,21,31/);
});
