/** The TypeScript process: its life, and what many cells cost. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from '../runtime/notebook.ts';
import { openNotebook } from './notebook.ts';

const onLinux = { skip: process.platform === 'linux' ? false : 'reads /proc' };

/** The checkers of this process, by the folder they were started for. */
function checkersOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('The TypeScript process', () => {
  test('knows all types in a folder that it does not watch, below node_modules/.cache', async () => {
    const notebook = openNotebook({}, 'node_modules/.cache/course');
    try {
      assert.equal(await notebook.run("console.table; setTimeout; new URL('a:b').protocol"), 'a:');
      await assert.rejects(notebook.run("new URL('a:b').protocol * 2"), /TS2362/);
    } finally {
      notebook.close();
    }
  });

  test('finds the types of packages that pnpm has linked', { skip: process.platform === 'win32' }, async () => {
    const notebook = openNotebook();
    const store = join(notebook.folder, 'node_modules/.pnpm/shapes@1.0.0/node_modules/shapes');
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, 'package.json'), '{ "name": "shapes", "version": "1.0.0", "types": "index.d.ts" }');
    writeFileSync(join(store, 'index.d.ts'), 'export declare const sides: number;\n');
    symlinkSync(store, join(notebook.folder, 'node_modules/shapes'));
    try {
      const wrong = await notebook.compile("import { sides } from 'shapes'; const text: string = sides");
      assert.match(String((wrong as { evalue?: string }).evalue), /^TS2322/);
      assert.ok('code' in (await notebook.compile("import { sides } from 'shapes'; const twice = sides * 2")));
    } finally {
      notebook.close();
    }
  });

  test('is one, and is started again when it dies', onLinux, async () => {
    const notebook = openNotebook();
    try {
      await notebook.run('const a: number = 1');
      const [pid, ...more] = checkersOf(notebook.folder);
      assert.ok(pid);
      assert.deepEqual(more, []);
      process.kill(pid, 'SIGKILL');
      assert.equal(await notebook.run('a + 1'), 2);
      await assert.rejects(notebook.run('const b: string = a'), /TS2322/);
    } finally {
      notebook.close();
    }
  });

  test('ends with a kernel that is killed while it starts', onLinux, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-cell-'));
    // Busy as soon as TypeScript runs on its leash: it asks for its first file and never gets an answer.
    const program = `
      const { openCells } = await import(${JSON.stringify(new URL('../../../kernel/cell/cells.ts', import.meta.url).href)});
      const { readFileSync } = await import('node:fs');
      openCells({ folder: ${JSON.stringify(folder)}, typelabLib: '/none.ts', typelabKernel: '/none.ts' });
      setInterval(() => {
        const children = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim().split(' ');
        if (children.length === 2) {
          console.log('busy');
          for (;;);
        }
      }, 1);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(child.stdout, 'data');
      await until(() => checkersOf(folder).length === 2);
      child.kill('SIGKILL');
      await until(() => checkersOf(folder).length === 0);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('does not keep a worker or its kernel alive', async () => {
    const program = `
      import { Worker } from 'node:worker_threads';
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(\`
        import { workerData, parentPort } from 'node:worker_threads';
        const { openCells } = await import(workerData);
        const cells = openCells({ folder: process.cwd(), typelabLib: '/none.ts', typelabKernel: '/none.ts' });
        const cell = await cells.compile('1 + 1', 1);
        cells.close();
        parentPort.postMessage('code' in cell);
      \`)), { workerData: ${JSON.stringify(new URL('../../../kernel/cell/cells.ts', import.meta.url).href)} });
      worker.on('message', (message) => console.log(message));
    `;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      timeout: 20_000,
    });
    assert.equal(stdout.trim(), 'true', stderr);
  });

  test('reads the types of Node and the DOM for the first cell that needs them, and not before', async () => {
    for (const [first, second, value] of [
      ['const n: number = 1', 'Buffer.from("ab").length + n', 3],
      ['const b = Buffer.from("ab")', 'b.length', 2],
      ['const u = new URL("http://x/y")', 'u.pathname', '/y'],
    ] as const) {
      const notebook = openNotebook();
      try {
        await notebook.run(first);
        assert.equal(await notebook.run(second), value);
        await assert.rejects(notebook.run('const w: string = process.pid'), /TS2322/);
      } finally {
        notebook.close();
      }
    }
  });

  test('closes while it is being asked', async () => {
    const notebook = openNotebook();
    const cell = notebook.compile('1').catch((error: Error) => error.message);
    notebook.close();
    assert.match(String(await cell), /closed|object/);
  });

  test('resolves typelab, its kernel and its dependencies from any folder', async () => {
    const notebook = openNotebook();
    try {
      for (const source of [
        'import { answer } from "typelab"; const n: number = answer',
        'import { display } from "typelab/kernel"; display(n)',
        'import * as Plot from "@observablehq/plot"; const plot = Plot.plot({})',
        'import * as tslab from "tslab"; tslab.display.html("")',
      ]) {
        const cell = await notebook.compile(source);
        assert.ok('code' in cell, 'evalue' in cell ? `${source}: ${cell.evalue}` : '');
      }
      const wrong = await notebook.compile('const s: string = n; plot.nothing');
      assert.ok('evalue' in wrong);
      assert.match(wrong.traceback.join(), /TS2322[\s\S]*TS2339/);
    } finally {
      notebook.close();
    }
  });

  test('checks cell 150 of a chain about as fast as cell 10', async () => {
    const notebook = openNotebook();
    try {
      const times: number[] = [];
      for (let i = 0; i < 150; i++) {
        const before = i === 0 ? '1' : `r${i - 1}[0]!.x`;
        const start = performance.now();
        const cell = await notebook.compile(
          `const v${i} = ${before} + 1;\nconst r${i} = [v${i}].map((x) => ({ x, y: String(x) }));`,
        );
        times.push(performance.now() - start);
        assert.ok('code' in cell);
      }
      const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1]!;
      const early = median(times.slice(5, 25));
      const late = median(times.slice(130));
      // Twice is the aim; a busy machine gets some slack.
      assert.ok(late < 3 * early + 5, `${early.toFixed(1)} ms became ${late.toFixed(1)} ms`);
    } finally {
      notebook.close();
    }
  });
});
