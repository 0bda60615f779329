/**
 * test/cells/<case>: in.ts (in.js where the notebook is JavaScript) holds cells and what happens between them (see golden-cells/case.ts), out.txt the messages that
 * come. UPDATE=1 writes those that are missing or other; read the difference before it is committed.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { root } from '../helpers/root.ts';
import { type Case, parseCase } from './golden-cells/case.ts';

const folder = join(root, 'test/cells');
const only = process.env.CELLS;
let host: ChildProcess | undefined;

describe('golden cells', () => {
  after(async () => {
    if (!host) return;
    host.disconnect();
    await once(host, 'exit');
  });

  for (const name of readdirSync(folder).sort()) {
    if (only && !name.includes(only)) continue;
    test(name.replaceAll('-', ' '), async () => {
      const actual = await transcript(readCase(name));
      const file = join(folder, name, 'out.txt');
      const expected = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
      if (process.env.UPDATE) {
        if (actual !== expected) writeFileSync(file, actual);
      } else assert.equal(actual, expected);
    });
  }
});

function readCase(name: string): Case {
  const script = join(folder, name, 'in.js');
  if (existsSync(script)) return parseCase(name, readFileSync(script, 'utf8'), true);
  return parseCase(name, readFileSync(join(folder, name, 'in.ts'), 'utf8'));
}

async function transcript(one: Case): Promise<string> {
  host ??= start();
  const child = host;
  child.send(one);
  const answer = new AbortController();
  const options = { signal: answer.signal };
  const died = once(child, 'exit', options).then(([code, signal]) => {
    host = undefined;
    throw new Error(`the case ended the kernel's process (${code ?? signal})`);
  });
  died.catch(() => {});
  // A kernel that never answers is a finding, and must not take the cases after it along.
  const stuck = setTimeout(() => child.kill('SIGKILL'), 60_000);
  try {
    const [{ text, error }] = await Promise.race([once(child, 'message', options), died]);
    if (error) throw new Error(error);
    return text;
  } finally {
    clearTimeout(stuck);
    answer.abort();
  }
}

function start(): ChildProcess {
  return fork(join(import.meta.dirname, 'golden-cells/host.ts'), {
    execPath: process.execPath,
    execArgv: ['--no-force-async-hooks-checks'],
    // A reporter of the test run must not be inherited.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined, TYPELAB_HISTORY: 'off' },
    serialization: 'advanced',
  });
}
