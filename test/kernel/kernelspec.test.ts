import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { dataFolders, userDataFolder } from '../../kernel/jupyter-paths.ts';
import {
  findKernelspec,
  installKernelspec,
  listKernelspecs,
  ownKernelspec,
  uninstallKernelspec,
} from '../../kernel/kernelspec.ts';
import { python, withoutPython } from '../helpers/python.ts';
import { root } from '../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-spec-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const home = { env: { PATH: process.env.PATH, JUPYTER_DATA_DIR: join(folder, 'user') } };
const read = (dir: string) => JSON.parse(readFileSync(join(dir, 'kernel.json'), 'utf8'));

describe('installKernelspec', () => {
  test('writes a kernel.json whose paths are absolute and exist, with its logos', async () => {
    const dir = await installKernelspec({ user: true }, home);
    assert.equal(dir, join(folder, 'user', 'kernels', 'typelab'));
    const { argv, ...spec } = read(dir);
    const own = ownKernelspec().argv;
    // launch.sh makes the pipes for native output.
    if (process.platform !== 'win32') assert.deepEqual(own.splice(0, 2), ['/bin/sh', join(root, 'kernel/launch.sh')]);
    const [node, ...rest] = own as [string, ...string[]];
    assert.deepEqual(rest, ['--no-force-async-hooks-checks', join(root, 'kernel/launch.cjs'), '{connection_file}']);
    assert.match(execFileSync(node, ['--version'], { encoding: 'utf8' }), /^v(24|26)\./);
    if (process.platform === 'win32') assert.deepEqual(argv, [node, ...rest]);
    else assert.deepEqual(argv, ['/bin/sh', join(dir, 'start.sh'), '{connection_file}']);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.deepEqual(spec, {
      display_name: 'TypeScript (typelab)',
      language: 'typescript',
      interrupt_mode: 'message',
      kernel_protocol_version: '5.5',
      metadata: {
        debugger: false,
        typelab: process.platform === 'win32' ? { version } : { version, starts: [node, ...rest.slice(0, -1)] },
      },
    });
    for (const size of [32, 64]) {
      const png = readFileSync(join(dir, `logo-${size}x${size}.png`));
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [size, size]);
    }
    assert.ok(statSync(join(dir, 'logo-svg.svg')).size > 100);
  });

  test('for JavaScript writes a kernel beside the other, of that language and with the same program', async () => {
    const dir = await installKernelspec({ user: true, language: 'javascript' }, home);
    assert.equal(dir, join(folder, 'user', 'kernels', 'typelab-js'));
    const { argv, display_name, language } = read(dir);
    assert.deepEqual(argv.slice(-2), ['{connection_file}', 'javascript']);
    assert.deepEqual({ display_name, language }, { display_name: 'JavaScript (typelab)', language: 'javascript' });
    assert.equal((await installKernelspec({ user: true }, home)).endsWith('typelab'), true);
    assert.equal(await uninstallKernelspec({ user: true, language: 'javascript' }, home), dir);
  });

  test('takes a prefix, a folder of kernels, the active environment, and another name', async () => {
    const at = (name: string) => join(folder, name);
    const inEnvironment = { env: { ...home.env, VIRTUAL_ENV: at('venv') } };
    const inConda = { env: { ...home.env, CONDA_PREFIX: at('conda') } };
    assert.equal(await installKernelspec({ prefix: at('p') }, home), at('p/share/jupyter/kernels/typelab'));
    assert.equal(await installKernelspec({ dir: at('d'), name: 'ts' }, home), at('d/ts'));
    assert.equal(await installKernelspec({ sysPrefix: true }, inEnvironment), at('venv/share/jupyter/kernels/typelab'));
    assert.equal(await installKernelspec({ sysPrefix: true }, inConda), at('conda/share/jupyter/kernels/typelab'));
  });

  test('without an environment takes the prefix of python3, and says what to do where there is none', async () => {
    const nowhere = { env: { PATH: join(folder, 'empty') } };
    await assert.rejects(installKernelspec({ sysPrefix: true }, nowhere), /VIRTUAL_ENV and CONDA_PREFIX.*--user/);
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'python3'), `#!/bin/sh\necho '${folder}/py'\n`, { mode: 0o755 });
    const dir = await installKernelspec({ sysPrefix: true }, { env: { PATH: bin } });
    assert.equal(dir, join(folder, 'py/share/jupyter/kernels/typelab'));
  });

  test('refuses a name that Jupyter would not take, and two places at once', async () => {
    await assert.rejects(installKernelspec({ dir: folder, name: '../up' }), /"\.\.\/up" cannot be a kernel's name/);
    await assert.rejects(installKernelspec({ user: true, prefix: '/x' }), /one place, not --user and --prefix/);
  });

  test('says where it cannot write, and what else there is', async () => {
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    await assert.rejects(installKernelspec({ prefix: file }), {
      message: `${join(file, 'share/jupyter/kernels/typelab')} cannot be written (ENOTDIR: not a directory); name another place: --user, --sys-prefix or --prefix DIR`,
    });
  });

  test('is undone by uninstallKernelspec, which says whether there was one', async () => {
    const dir = await installKernelspec({ dir: join(folder, 'undo') });
    assert.equal(await uninstallKernelspec({ dir: join(folder, 'undo') }), dir);
    assert.equal(existsSync(dir), false);
    assert.equal(await uninstallKernelspec({ dir: join(folder, 'undo') }), undefined);
  });

  test("Jupyter's own program finds it", { skip: withoutPython }, async () => {
    await installKernelspec({ user: true }, home);
    const out = execFileSync(python!, ['-m', 'jupyter_client.kernelspecapp', 'list', '--json'], {
      // `npm run lab` puts the kernel into .venv too, which Jupyter would prefer.
      env: { ...process.env, ...home.env, JUPYTER_PREFER_ENV_PATH: '0' },
      encoding: 'utf8',
    });
    const { kernelspecs } = JSON.parse(out);
    assert.equal(kernelspecs.typelab.resource_dir, join(folder, 'user', 'kernels', 'typelab'));
    assert.equal(kernelspecs.typelab.spec.display_name, 'TypeScript (typelab)');
  });
});

describe('findKernelspec', () => {
  test('gives what startKernel takes, and the first on the path wins', async () => {
    const [first, second] = [join(folder, 'one'), join(folder, 'two')];
    await installKernelspec({ dir: join(first, 'kernels') });
    await installKernelspec({ dir: join(second, 'kernels') });
    const found = await findKernelspec('TypeLab', { env: { JUPYTER_PATH: [first, second].join(delimiter) } });
    assert.equal(found.resourceDir, join(first, 'kernels', 'typelab'));
    // Our own tools start Node itself, as long as it is there.
    assert.deepEqual(found.argv, ownKernelspec().argv);
  });

  test('passes over what is no kernelspec, and names what there is when the wanted one is missing', async () => {
    const data = join(folder, 'mixed');
    mkdirSync(join(data, 'kernels', 'broken'), { recursive: true });
    writeFileSync(join(data, 'kernels', 'broken', 'kernel.json'), '{');
    mkdirSync(join(data, 'kernels', 'empty'));
    await installKernelspec({ dir: join(data, 'kernels'), name: 'ours' });
    const surroundings = { env: { JUPYTER_PATH: data, JUPYTER_DATA_DIR: join(folder, 'none') } };
    const names = (await listKernelspecs(surroundings)).map(({ name }) => name);
    assert.ok(names.includes('ours'));
    assert.ok(!names.includes('broken') && !names.includes('empty'));
    await assert.rejects(findKernelspec('julia-9', surroundings), /no kernel is called "julia-9"; there are: .*ours/);
  });
});

describe("Jupyter's data folders", () => {
  test('are those of each system', () => {
    const of = (platform: NodeJS.Platform, env = {}) => userDataFolder({ platform, env, home: '/home/ada' });
    assert.equal(of('linux'), '/home/ada/.local/share/jupyter');
    assert.equal(of('linux', { XDG_DATA_HOME: '/xdg' }), '/xdg/jupyter');
    assert.equal(of('darwin'), '/home/ada/Library/Jupyter');
    assert.match(of('win32', { APPDATA: '/roaming' }), /^.roaming.jupyter$/);
    assert.equal(of('win32', { JUPYTER_DATA_DIR: '/mine' }), '/mine');
  });

  test('put JUPYTER_PATH first and an active environment before the user', () => {
    const env = { JUPYTER_PATH: `/a${delimiter}/b`, VIRTUAL_ENV: '/venv', JUPYTER_DATA_DIR: '/user' };
    const system = ['/usr/local/share/jupyter', '/usr/share/jupyter'];
    assert.deepEqual(dataFolders({ platform: 'linux', env }), ['/a', '/b', '/venv/share/jupyter', '/user', ...system]);
    const userFirst = { ...env, JUPYTER_PREFER_ENV_PATH: '0' };
    assert.deepEqual(dataFolders({ platform: 'linux', env: userFirst }).slice(2, 4), ['/user', '/venv/share/jupyter']);
  });

  test('are the same as those that jupyter_core names', { skip: withoutPython }, () => {
    const env = {
      PATH: process.env.PATH,
      HOME: '/home/ada',
      JUPYTER_PATH: '/a:/b',
      JUPYTER_NO_CONFIG: '1',
      PYTHONNOUSERSITE: '1',
    };
    const script = 'import json, jupyter_core.paths as p; print(json.dumps(p.jupyter_path()))';
    const theirs: string[] = JSON.parse(execFileSync(python!, ['-c', script], { env, encoding: 'utf8' }));
    const ours = dataFolders({ env: { ...env, VIRTUAL_ENV: join(root, '.venv') }, home: '/home/ada' });
    assert.deepEqual(ours, theirs);
  });
});
