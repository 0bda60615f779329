import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { findKernelspec, installKernelspec } from '../../kernel/kernelspec.ts';
import { startScript } from '../../kernel/start-script.ts';
import { startKernel } from '../../kernel/wire/start.ts';
import { python, withoutPython } from '../helpers/python.ts';

const windows = process.platform === 'win32' && 'no sh';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "typelab's start "));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As nvm keeps them. */
const nodeOf = (version: string) => join(folder, 'node', version, 'bin/node');

/** A Node that says its version: what of it matters to the script. */
function put(version: string, fits: boolean): string {
  mkdirSync(join(folder, 'node', version, 'bin'), { recursive: true });
  const answer = `case "$*" in *--fits) exit ${fits ? 0 : 1};; esac; echo ${version} "$@"\n`;
  writeFileSync(nodeOf(version), `#!/bin/sh\n${answer}`, { mode: 0o755 });
  return nodeOf(version);
}

async function run(script: string, env: NodeJS.ProcessEnv = { PATH: '/nowhere' }): Promise<string> {
  const file = join(folder, 'start.sh');
  writeFileSync(file, script);
  const { stdout, stderr } = await promisify(execFile)('/bin/sh', [file, 'a connection'], { env }).catch(
    (error) => error,
  );
  return `${stdout}${stderr}`.trim();
}

describe('start.sh', { skip: windows }, () => {
  const program = () => {
    const file = join(folder, 'launch.cjs');
    writeFileSync(file, '');
    return file;
  };

  test('starts the Node of the installation', async () => {
    const script = startScript(put('v24.15.0', true), ['--flag'], program());
    assert.equal(await run(script), `v24.15.0 --flag ${program()} a connection`);
  });

  test('takes another version beside it when that one is gone, passing over those that are too old', async () => {
    const script = startScript(put('v24.15.0', true), ['--flag'], program());
    rmSync(join(folder, 'node/v24.15.0'), { recursive: true });
    put('v20.1.0', false);
    put('v26.3.0', true);
    assert.equal(await run(script), `v26.3.0 --flag ${program()} a connection`);
  });

  test('takes the one on PATH before', async () => {
    const script = startScript(nodeOf('v24.15.0'), [], program());
    put('v26.3.0', true);
    const bin = join(put('v26.9.0', true), '..');
    assert.equal(await run(script, { PATH: bin }), `v26.9.0 ${program()} a connection`);
  });

  test('finds itself where the packages of another version are', async () => {
    const at = (version: string) => join(folder, 'node', version, 'lib/launch.cjs');
    const script = startScript(put('v24.15.0', true), [], at('v24.15.0'));
    renameSync(join(folder, 'node/v24.15.0'), join(folder, 'node/v24.16.0'));
    put('v24.16.0', true);
    mkdirSync(join(folder, 'node/v24.16.0/lib'));
    writeFileSync(at('v24.16.0'), '');
    assert.equal(await run(script), `v24.16.0 ${at('v24.16.0')} a connection`);
  });

  test('says what to run where there is no Node, and where the kernel itself is gone', async () => {
    const lost = startScript(nodeOf('v24.15.0'), [], program());
    assert.match(await run(lost), /was installed with is gone \(.*v24\.15\.0\/bin\/node\).* run: typelab install$/);
    const moved = startScript(put('v24.15.0', true), [], join(folder, 'old/launch.cjs'));
    assert.match(await run(moved), /no longer at .*old\/launch\.cjs.* run: typelab install$/);
  });
});

describe('an installed kernel', { skip: windows }, () => {
  const install = async () => {
    mkdirSync(join(folder, 'node/v24.15.0/bin'), { recursive: true });
    symlinkSync(process.execPath, nodeOf('v24.15.0'));
    const env = { JUPYTER_DATA_DIR: join(folder, 'data'), PATH: '/usr/bin:/bin' };
    await installKernelspec({ user: true }, { env, node: nodeOf('v24.15.0') });
    return { find: () => findKernelspec('typelab', { env, home: folder }), env };
  };

  test('starts after its Node was replaced by a newer one', async () => {
    const { find, env } = await install();
    assert.ok((await find()).argv.includes(nodeOf('v24.15.0')));
    renameSync(join(folder, 'node/v24.15.0'), join(folder, 'node/v24.99.0'));
    const spec = await find();
    // Without npm's PATH, which begins with the Node of the project.
    const kernel = await startKernel(spec, {
      cwd: folder,
      env: { ...process.env, PATH: env.PATH, TYPELAB_HISTORY: 'off' },
    });
    try {
      assert.equal(kernel.info.implementation, 'typelab');
      // The shell is gone: signals reach Node.
      if (process.platform !== 'linux') return;
      assert.match(readFileSync(`/proc/${kernel.process.pid}/cmdline`, 'latin1'), /node\/v24\.99\.0\/bin\/node/);
    } finally {
      await kernel.shutdown();
    }
  });

  test('that finds none says so to whoever starts it', async () => {
    const { find } = await install();
    rmSync(nodeOf('v24.15.0'));
    const spec = await find();
    await assert.rejects(
      startKernel(spec, { cwd: folder, env: { PATH: '/nowhere' } }),
      /has ended \(exit code 1\):\nThe Node .* is gone .* run: typelab install/,
    );
  });

  test('that finds none says so to who starts it with Jupyter', { skip: withoutPython }, async () => {
    const { env } = await install();
    rmSync(nodeOf('v24.15.0'));
    const script = `
from jupyter_client.manager import start_new_kernel
start_new_kernel(startup_timeout=30, kernel_name='typelab')`;
    const theirs = { ...process.env, ...env, PATH: '/nowhere', JUPYTER_PREFER_ENV_PATH: '0' };
    const { stderr } = await promisify(execFile)(python!, ['-c', script], { env: theirs }).catch((error) => error);
    assert.match(stderr, /Install Node 24 or 26, and run: typelab install/);
    assert.match(stderr, /Kernel died before replying to kernel_info/);
  });

  test('of a Node that is too old says which it is', async () => {
    const old = join(folder, 'old.cjs');
    const program = join(import.meta.dirname, '../../kernel/launch.cjs');
    const lie = `Object.defineProperty(process.versions, 'node', { value: '22.1.0' }); require(${JSON.stringify(program)})`;
    writeFileSync(old, lie);
    chmodSync(old, 0o755);
    const failed = await promisify(execFile)(process.execPath, [old, '--fits']).catch((error) => error);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /needs Node 24\.15 or newer \(or 26\), and .* run: typelab install/);
  });
});
