import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** What the npm packages of a folder look like: `wrong` when the course's notebook would not run on them. */
export type Packages = { found: string } | { wrong: string };

/** Are the packages that `root`'s package.json names there, and does the one with a library for each system load? */
export async function findPackages(root: string): Promise<Packages> {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const names = Object.keys(dependencies);
  const missing = names.filter((name) => !existsSync(join(root, 'node_modules', name, 'package.json')));
  if (missing.length > 0) return { wrong: `not installed: ${missing.join(', ')}` };
  // In a process of its own: a library for another system may end the one that loads it.
  const load = await execa(process.execPath, ['-e', "require('zeromq')"], { cwd: root, reject: false });
  if (load.exitCode !== 0) return { wrong: `zeromq does not load: ${firstError(load.stderr ?? '')}` };
  return { found: `${names.length} of npm, and zeromq's library loads` };
}

/** The line of an uncaught error's report that says what it is. */
export function firstError(report: string): string {
  return /^(?:\w*Error\b.*)$/m.exec(report)?.[0] ?? (report.trim().split('\n').at(-1) || 'it says nothing');
}
