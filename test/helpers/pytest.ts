import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { execa } from 'execa';
import { JSDOM } from 'jsdom';
import { python } from './python.ts';
import { root } from './root.ts';

/** Runs a pytest file; each of its tests becomes a subtest, so that it is counted and named. */
export async function pytest(t: TestContext, file: string, env: Record<string, string> = {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-pytest-'));
  try {
    const report = join(folder, 'report.xml');
    const run = await execa(python!, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', `--junitxml=${report}`, file], {
      cwd: root,
      env,
      all: true,
      reject: false,
    });
    const cases = readCases(report, run.all);
    for (const { name, skipped, failure } of cases) {
      await t.test(name, { skip: skipped }, () => {
        if (failure !== undefined) throw new Error(failure);
      });
    }
    if (cases.length === 0 || (run.exitCode !== 0 && cases.every((one) => one.failure === undefined)))
      throw new Error(`pytest ended with ${run.exitCode} and ${cases.length} tests:\n${run.all}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Case = { name: string; skipped: string | false; failure: string | undefined };

function readCases(report: string, output: string): Case[] {
  let xml: string;
  try {
    xml = readFileSync(report, 'utf8');
  } catch {
    throw new Error(`pytest wrote no report:\n${output}`);
  }
  const { document } = new JSDOM(xml, { contentType: 'text/xml' }).window;
  return [...document.querySelectorAll('testcase')].map((node) => ({
    name: `${node.getAttribute('classname')} ${node.getAttribute('name')}`,
    skipped: node.querySelector('skipped')?.getAttribute('message') ?? false,
    failure: node.querySelector('failure, error')?.textContent ?? undefined,
  }));
}
