import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { installKernelspec } from '../../../kernel/kernelspec.ts';
import { handIn, sourceOf } from '../../helpers/assignment.ts';
import { type JupyterHome, jupyterHome } from '../../helpers/jupyter.ts';
import { python, withoutPython } from '../../helpers/python.ts';
import { root } from '../../helpers/root.ts';

describe("Jupyter's own tools and our notebooks", { skip: withoutPython }, () => {
  let home: JupyterHome;
  const at = (name: string) => join(home.folder, name);
  before(async () => {
    home = await jupyterHome();
    await installKernelspec({ prefix: home.folder, language: 'javascript' });
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
      code('parameters', 'let epochs = 1; // how often\nlet name: string = "a; // b";', ['parameters']),
      code('show', 'console.log(epochs * 2, name.length);'),
    ];
    writeFileSync(
      at('small.ipynb'),
      JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
    );
    const odd = [code('odd', 'console.log(JSON.stringify([none, list, deep, day]), big, nought);')];
    writeFileSync(
      at('odd.ipynb'),
      JSON.stringify({ cells: odd, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
    );
    await handIn('flowers', at('flowers.ipynb'));
  });
  after(() => home.remove());
  const tool = async (program: string, ...args: string[]) => {
    const run = await execa(program, args, { cwd: home.folder, env: home.env, all: true, reject: false });
    assert.equal(run.exitCode, 0, `${program} ${args.join(' ')}\n${run.all}`);
    return run.all;
  };
  // papermill notes its parameters as Python writes them, which is no JSON.
  const printed = (name: string) =>
    JSON.parse(readFileSync(at(name), 'utf8').replace(/: (Infinity|NaN)\b/g, ': null')).cells.flatMap(
      (cell: { outputs: { text?: string[] }[] }) => cell.outputs.flatMap((one) => one.text ?? []),
    );

  test('papermill writes parameters as TypeScript with our translator', async () => {
    const translator = join(root, 'lab/python/typelab_papermill.py');
    const parameters = ['-p', 'epochs', '21', '-r', 'name', 'a "quoted" \\ name'];
    await tool(python!, translator, 'small.ipynb', 'papermill.ipynb', ...parameters);
    assert.deepEqual(printed('papermill.ipynb'), ['42 17\n']);
    const odd =
      '{epochs: 3, name: "n", none: null, list: [1, -2.5, true], big: .inf, nought: .nan, deep: {a b: [], __proto__: 1}, day: 2024-01-02}';
    await tool(python!, translator, 'odd.ipynb', 'odd-out.ipynb', '-y', odd);
    assert.deepEqual(printed('odd-out.ipynb'), [
      '[null,[1,-2.5,true],{"a b":[],"__proto__":1},"2024-01-02"] Infinity NaN\n',
    ]);
    const inJavaScript = JSON.parse(readFileSync(at('odd.ipynb'), 'utf8'));
    inJavaScript.metadata.kernelspec = { name: 'typelab-js', display_name: 'JavaScript', language: 'javascript' };
    inJavaScript.cells[0].source = 'console.log(JSON.stringify(list));';
    writeFileSync(at('javascript.ipynb'), JSON.stringify(inJavaScript));
    await tool(python!, translator, 'javascript.ipynb', 'javascript-out.ipynb', '-y', '{list: []}');
    assert.deepEqual(printed('javascript-out.ipynb'), ['[]\n']);
    // It knows the names, so that it can warn of another.
    assert.match(
      await tool(python!, translator, '--help-notebook', 'small.ipynb'),
      /epochs: Unknown type \(default 1\)\s+how often\s+name: string \(default "a; \/\/ b"\)/,
    );
    assert.match(
      await tool(python!, translator, 'small.ipynb', 'papermill.ipynb', '-p', 'epoch', '2'),
      /Passed unknown parameter: epoch/,
    );
  });

  test('jupyter nbconvert --execute (nbclient) runs them, and nbval finds the same outputs again', async () => {
    await tool('jupyter', 'nbconvert', '--to', 'notebook', '--execute', 'small.ipynb', '--output', 'executed.ipynb');
    assert.deepEqual(printed('executed.ipynb'), ['2 7\n']);
    assert.match(await tool(python!, '-m', 'pytest', '-q', '--nbval', 'executed.ipynb'), /2 passed/);
  });

  test('nbmake runs an assignment', async () => {
    assert.match(await tool(python!, '-m', 'pytest', '-q', '--nbmake', 'flowers.ipynb'), /1 passed/);
  });

  test("every notebook that a command of ours writes is valid by nbformat's own schema", async () => {
    const typelab = async (exitCode: number, ...args: string[]) => {
      const command = [join(root, 'lab/main.ts'), ...args];
      const run = await execa(process.execPath, command, { cwd: home.folder, reject: false });
      assert.equal(run.exitCode, exitCode, `${args.join(' ')}\n${run.stderr}`);
    };
    // Every kind of output, and a cell that is left out, one that fails and one that does not end.
    const kinds = `import { display, html, md, svg } from 'typelab/kernel';
console.log('a\\nb'); console.error('c'); process.stdout.write('no end of line');
display({ [Symbol.for('Jupyter.display')]: () => ({ 'application/json': { a: [1, null] }, 'text/plain': 'x\\ny', 'application/vnd.vega.v5+json': { marks: [] } }) });
const handle = display(html\`<b>1</b>\`); display(svg\`<svg></svg>\`); display(md\`# x\`);
display(new Map([[1, { deep: [1n, undefined] }]]));
new Uint8Array(3)`;
    const put = (name: string, minor: number, cells: object[]) => {
      const metadata = { kernelspec: { name: 'typelab', display_name: 'TypeScript', language: 'typescript' } };
      writeFileSync(at(name), JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: minor }));
    };
    const code = (source: string, tags: string[] = [], more = {}) => ({
      cell_type: 'code',
      metadata: { tags },
      source,
      outputs: [],
      execution_count: null,
      ...more,
    });
    const stored = { outputs: [{ output_type: 'stream', name: 'stdout', text: 'stored' }], execution_count: 3 };
    const attachments = { 'a.png': { 'image/png': 'aGk=' } };
    const cells = [
      { cell_type: 'markdown', metadata: {}, source: '# Kinds', attachments },
      { cell_type: 'raw', metadata: {}, source: 'raw' },
      code(kinds),
      code('let a = 1;', ['parameters']),
      code('1;', ['skip-execution'], stored),
      code("throw new TypeError('\u001b[31mred')", ['raises-exception']),
    ];
    // An old one has no ids; a sloppy one should have them.
    put('old.ipynb', 4, cells);
    put('sloppy.ipynb', 5, cells);
    put('fails.ipynb', 5, [...cells, code('throw 1'), code('2')]);
    put('endless.ipynb', 5, [code("console.log('before'); while (true) {}")]);
    for (const name of ['old', 'sloppy']) {
      await typelab(0, 'run', `${name}.ipynb`, '-o', `written/${name}.ipynb`, '--param', 'a=3', '--update');
      const { cells } = JSON.parse(readFileSync(at(`written/${name}.ipynb`), 'utf8'));
      assert.deepEqual(cells[5].outputs[0].text, ['stored'], 'a cell that is not run keeps its output');
      writeFileSync(at(`written/clean-${name}.ipynb`), readFileSync(at(`written/${name}.ipynb`)));
      await typelab(0, 'clean', `written/clean-${name}.ipynb`);
    }
    await typelab(1, 'run', 'fails.ipynb', '-o', 'written/fails.ipynb');
    await typelab(3, 'run', 'endless.ipynb', '-o', 'written/endless.ipynb', '--cell-timeout', '1');
    for (const name of ['flowers', 'client'] as const) {
      await typelab(0, 'grade', 'release', sourceOf(name), '-o', `written/released-${name}.ipynb`);
      await handIn(name, at(`in/${name}.ipynb`));
      const submission = `in/${name}.ipynb`;
      await typelab(0, 'grade', 'run', '--source', sourceOf(name), submission, '--graded', 'written/graded');
      await typelab(0, 'grade', 'export', '--source', sourceOf(name), submission, '--nbgrader', 'written/course');
    }
    const check = `import sys, json, glob, jsonschema, nbformat, os
import nbformat.validator as v
paths = glob.glob(sys.argv[1] + '/**/*.ipynb', recursive=True) + sys.argv[2:]
for path in paths:
    notebook = json.load(open(path))
    name = 'nbformat.v4.%d.schema.json' % notebook['nbformat_minor']
    jsonschema.validate(notebook, json.load(open(os.path.join(os.path.dirname(v.__file__), 'v4', name))))
    nbformat.validate(nbformat.from_dict(notebook))
print(len(paths), 'valid')`;
    const ours = ['old.ipynb', 'sloppy.ipynb', sourceOf('flowers'), sourceOf('client')];
    assert.match(await tool(python!, '-c', check, 'written', ...ours), /^18 valid$/m);
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
    // pre-commit runs a script of its clone in the repository that is committed to.
    assert.equal(hooks[0].language, 'script');
    const [script, ...args] = hooks[0].entry.split(' ');
    writeFileSync(
      at('to commit.ipynb'),
      readFileSync(at('small.ipynb'), 'utf8').replace(
        '"outputs":[]',
        '"outputs":[{"output_type":"stream","name":"stdout","text":"old"}]',
      ),
    );
    assert.match(readFileSync(at('to commit.ipynb'), 'utf8'), /old/);
    assert.equal(await tool(join(root, script), ...args, 'to commit.ipynb'), 'cleaned to commit.ipynb');
    assert.doesNotMatch(readFileSync(at('to commit.ipynb'), 'utf8'), /old/);
  });
});
