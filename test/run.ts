/**
 * `npm test`: every test file under node:test, one summary over all. `--quick` (npm run check): only what needs no Python,
 * browser, notebook or long time. `--long` repeats the seeded tests more often. A name narrows to files whose path contains it.
 */
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root } from './helpers/root.ts';

const args = process.argv.slice(2);
const quick = args.includes('--quick');
// The test files, which run in processes of their own, read it: see helpers/long.ts.
if (args.includes('--long')) process.env.TYPELAB_LONG = '1';
const names = args.filter((arg) => !arg.startsWith('--'));

const files = globSync('test/**/*.test.ts', { cwd: root })
  .filter((file) => !quick || isQuick(file))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .sort()
  .map((file) => join(root, file));
if (files.length === 0) {
  console.error(`no test file matches ${names.join(' ')}`);
  process.exit(1);
}

let passed = 0;
let failed = 0;
const skipped: string[] = [];
const failures: string[] = [];
const seconds = new Map<string, number>();

// Two files at a time: CI has two cores, and most tests wait for a child process anyway.
const events = run({ files, concurrency: 2, timeout: 60 * 60_000 });
events.on('test:pass', ({ name, file, skip, todo, details }) => {
  if (details.type === 'suite') return;
  if (skip !== undefined || todo !== undefined) skipped.push(`${place(file)} ${name}: ${skip ?? todo}`);
  else passed += 1;
});
events.on('test:fail', ({ name, file, details }) => {
  // Its failing subtest has been counted; a suite that fails by itself (a hook, say) has no other line.
  if ((details.error as Error & { failureType?: string }).failureType === 'subtestsFailed') return;
  failed += 1;
  failures.push(`${place(file)} ${name}`);
});
events.on('test:summary', ({ file, duration_ms }) => {
  if (file) seconds.set(place(file), duration_ms / 1000);
});
events.compose(new spec()).pipe(process.stdout);
events.on('end', () => setImmediate(summarize));

function summarize(): void {
  // In CI everything is installed, so a test that did not run is a hole, not a kindness.
  if (process.env.CI) {
    failed += skipped.length;
    failures.push(...skipped);
  }
  const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, 8);
  console.log(`slowest: ${slowest.map(([file, time]) => `${file} ${time.toFixed(0)} s`).join(', ')}`);
  for (const line of skipped) console.log(`skipped: ${line}`);
  for (const line of failures) console.log(`FAILED: ${line}`);
  console.log(
    `${passed} passed, ${failed} failed${skipped.length && !process.env.CI ? `, ${skipped.length} skipped` : ''}`,
  );
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

function isQuick(file: string): boolean {
  return (
    /^test\/(check|kernel|lib|server|lab)\//.test(file) && !/\.slow\.test\.ts$|^test\/server\/process\//.test(file)
  );
}

function place(file: string | undefined): string {
  return file ? relative(root, file) : '';
}
