import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { handIn, sourceOf } from '../../helpers/assignment.ts';
import { type JupyterHome, jupyterHome } from '../../helpers/jupyter.ts';
import { python, withoutPython } from '../../helpers/python.ts';
import { root } from '../../helpers/root.ts';

describe("Jupyter's own tools and our notebooks", { skip: withoutPython }, () => {
  let home: JupyterHome;
  const at = (name: string) => join(home.folder, name);
  before(async () => {
    home = await jupyterHome();
    const kernelspec = { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' };
    const code = (id: string, source: string, tags: string[] = []) => ({
      cell_type: 'code',
      id,
      metadata: { tags },
      source,
      outputs: [],
      execution_count: null,
    });
    const cells = [
      code('parameters', 'let epochs = 1;\nlet name = "none";', ['parameters']),
      code('show', 'console.log(epochs * 2, name.length);'),
    ];
    writeFileSync(
      at('small.ipynb'),
      JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
    );
    await handIn('flowers', at('flowers.ipynb'));
  });
  after(() => home.remove());
  const tool = async (program: string, ...args: string[]) => {
    const run = await execa(program, args, { cwd: home.folder, env: home.env, all: true, reject: false });
    assert.equal(run.exitCode, 0, `${program} ${args.join(' ')}\n${run.all}`);
    return run.all;
  };
  const printed = (name: string) =>
    JSON.parse(readFileSync(at(name), 'utf8')).cells.flatMap((cell: { outputs: { text?: string[] }[] }) =>
      cell.outputs.flatMap((one) => one.text ?? []),
    );

  test('papermill writes parameters as TypeScript with our translator', async () => {
    const translator = join(root, 'lab/python/typelab_papermill.py');
    const parameters = ['-p', 'epochs', '21', '-r', 'name', 'a "quoted" \\ name'];
    await tool(python!, translator, 'small.ipynb', 'papermill.ipynb', ...parameters);
    assert.deepEqual(printed('papermill.ipynb'), ['42 17\n']);
  });

  test('jupyter nbconvert --execute (nbclient) runs them, and nbval finds the same outputs again', async () => {
    await tool('jupyter', 'nbconvert', '--to', 'notebook', '--execute', 'small.ipynb', '--output', 'executed.ipynb');
    assert.deepEqual(printed('executed.ipynb'), ['2 4\n']);
    assert.match(await tool(python!, '-m', 'pytest', '-q', '--nbval', 'executed.ipynb'), /2 passed/);
  });

  test('nbmake runs an assignment', async () => {
    assert.match(await tool(python!, '-m', 'pytest', '-q', '--nbmake', 'flowers.ipynb'), /1 passed/);
  });

  test("what we write is valid by nbformat's own schema of 4.5", async () => {
    const typelab = (...args: string[]) => tool(process.execPath, join(root, 'lab/main.ts'), ...args);
    await typelab('run', 'small.ipynb', '-o', 'run.ipynb', '--param', 'epochs=3');
    await typelab('grade', 'release', sourceOf('client'), '-o', 'released.ipynb');
    await typelab('grade', 'run', '--source', sourceOf('flowers'), 'flowers.ipynb', '--graded', 'graded');
    await typelab('clean', 'run.ipynb');
    const check = `import json, sys, jsonschema, nbformat.validator as v
import os
schema = json.load(open(os.path.join(os.path.dirname(v.__file__), 'v4', 'nbformat.v4.5.schema.json')))
for path in sys.argv[1:]:
    jsonschema.validate(json.load(open(path)), schema)
print('valid')`;
    const paths = ['run.ipynb', 'released.ipynb', 'graded/flowers.ipynb', sourceOf('flowers'), sourceOf('client')];
    assert.match(await tool(python!, '-c', check, ...paths), /valid/);
  });

  test('the workflow and the hook are YAML with what GitHub and pre-commit ask for', async () => {
    const check = `import json, sys, yaml
print(json.dumps([yaml.safe_load(open(path)) for path in sys.argv[1:]], default=str))`;
    const files = ['lab/ci/notebooks.yml', '.pre-commit-hooks.yaml'].map((one) => join(root, one));
    const [workflow, hooks] = JSON.parse(await tool(python!, '-c', check, ...files));
    const steps = workflow.jobs.run.steps as { uses?: string; run?: string }[];
    assert.ok(steps.every(({ uses, run }) => (uses === undefined) !== (run === undefined)));
    assert.equal(workflow.jobs.run['runs-on'], 'ubuntu-latest');
    for (const key of ['id', 'name', 'entry', 'language']) assert.equal(typeof hooks[0][key], 'string');
  });
});

const bad = mkdtempSync(join(tmpdir(), 'typelab-bad-'));
after(() => rmSync(bad, { recursive: true, force: true }));

/** Files that a person may give us for a notebook: what each command says, with exit code 2, and the file stays as it was. */
describe('a bad notebook', () => {
  const cell = (id: string, outputs: unknown[] = []) => ({
    cell_type: 'code',
    id,
    metadata: {},
    source: '1',
    outputs,
    execution_count: null,
  });
  const nb = (cells: unknown[], more = {}) =>
    JSON.stringify({ cells, metadata: { kernelspec: { name: 'typelab' } }, nbformat: 4, nbformat_minor: 5, ...more });
  const cases: Record<string, [content: string | Buffer, says: RegExp]> = {
    'not-json': ['# Title\n\nText', /is not a notebook: it is not JSON/],
    empty: ['', /is not a notebook: it is not JSON/],
    binary: [
      Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256)),
      /is not a notebook: it is not JSON/,
    ],
    'nbformat-3': ['{"nbformat": 3, "worksheets": []}', /is of nbformat 3; convert it: jupyter nbconvert/],
    'duplicate-ids': [nb([cell('a'), cell('a')]), /two cells have the id "a"; give one of them another/],
    'no-kernel': [
      nb([cell('a')], { metadata: {} }),
      /names no kernel; its metadata\.kernelspec\.name should be "typelab"/,
    ],
    'unknown-kernel': [
      nb([cell('a')], { metadata: { kernelspec: { name: 'nobody-has-this' } } }),
      /no kernel is called/,
    ],
  };
  for (const [name, [content, says]] of Object.entries(cases)) {
    test(`${name} is refused, and not touched`, async () => {
      const path = join(bad, `${name}.ipynb`);
      writeFileSync(path, content);
      const before = readFileSync(path);
      const command = [join(root, 'lab/main.ts'), 'run', path, '-o', join(bad, `${name}.out.ipynb`), '--update'];
      const run = await execa(process.execPath, command, { reject: false });
      assert.equal(run.exitCode, 2, run.stderr);
      assert.match(run.stderr, says);
      assert.deepEqual(readFileSync(path), before);
      assert.equal(existsSync(join(bad, `${name}.out.ipynb`)), false);
    });
  }

  test('50 MB of stored output are no obstacle', async () => {
    const path = join(bad, 'big.ipynb');
    writeFileSync(path, nb([cell('a', [{ output_type: 'stream', name: 'stdout', text: 'x'.repeat(50 * 2 ** 20) }])]));
    const run = await execa(process.execPath, [join(root, 'lab/main.ts'), 'clean', path], { reject: false });
    assert.equal(run.exitCode, 0, run.stderr);
    assert.ok(readFileSync(path, 'utf8').length < 1000);
  });
});
