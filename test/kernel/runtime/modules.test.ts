import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Notebook } from './notebook.ts';

const notebook = new Notebook();
after(() => notebook.close());

let edits = 0;
function write(name: string, text: string): void {
  const path = join(notebook.folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  // Two edits within the clock's resolution would look like none.
  edits += 1;
  utimesSync(path, new Date(), new Date(Date.now() + edits * 10));
}

const value = async (code: string) => (await notebook.value(`return { value: ${code} }`))['text/plain'];

describe('import', () => {
  test('local files with and without extension, and as TypeScript’s .js', async () => {
    write('src/digits.ts', 'export const ten: number = 10;');
    for (const name of ['./src/digits.ts', './src/digits', './src/digits.js'])
      assert.equal(await value(`(await $.import('${name}')).ten`), '10', name);
    write('lib/index.ts', 'export default "folder";');
    assert.equal(await value(`(await $.import('./lib')).default`), "'folder'");
  });

  test('an edited file is fresh, and so is what depends on it; the rest is kept', async () => {
    write('leaf.ts', 'export const n = 1;');
    write('other.ts', 'export const token = {};');
    write('middle.ts', `import { n } from './leaf'; export const twice = n * 2; export { token } from './other.ts';`);
    assert.equal(await value(`(await $.import('./middle.ts')).twice`), '2');
    await notebook.run(`$.scope.token.value = (await $.import('./middle.ts')).token`);
    write('leaf.ts', 'export const n = 21;');
    assert.equal(await value(`(await $.import('./middle.ts')).twice`), '42');
    assert.equal(await value(`(await $.import('./middle.ts')).token === $.scope.token.value`), 'true');
    write('middle.ts', `export const twice = 'none'; export { token } from './other.ts';`);
    assert.equal(await value(`(await $.import('./middle.ts')).twice`), "'none'");
  });

  test('a file that was missing or wrong works once it is mended', async () => {
    write('earlier.ts', `export { x } from './later';`);
    for (const name of ['./later.ts', './earlier.ts'])
      assert.equal((await notebook.run(`await $.import('${name}')`)).outcome.status, 'error');
    write('later.ts', 'export const x = ;');
    const wrong = await notebook.run(`await $.import('./later.ts')`);
    assert.equal(wrong.outcome.status === 'error' && wrong.outcome.ename, 'SyntaxError');
    write('later.ts', 'export const x = 5;');
    assert.equal(await value(`(await $.import('./later.ts')).x`), '5');
    assert.equal(await value(`(await $.import('./earlier.ts')).x`), '5');
  });

  test('enums, namespaces and JSX in local files', async () => {
    write('kinds.ts', 'export enum Kind { A = 3, B }; export namespace N { export const z = 1 }');
    assert.equal(await value(`(({ Kind, N }) => [Kind.B, N.z])(await $.import('./kinds.ts'))`), '[ 4, 1 ]');
  });

  test('JSON with and without attributes', async () => {
    write('data.json', '{ "a": [1] }');
    assert.equal(await value(`(await $.import('./data.json')).default.a`), '[ 1 ]');
    assert.equal(await value(`(await $.import('./data.json', { with: { type: 'json' } })).default.a`), '[ 1 ]');
    write('data.json', '{ "a": [2] }');
    assert.equal(await value(`(await $.import('./data.json')).default.a`), '[ 2 ]');
  });

  test('packages of the notebook’s folder, ESM only, the moment they are there', async () => {
    const { outcome } = await notebook.run(`await $.import('just-installed')`);
    assert.equal(
      outcome.status === 'error' && outcome.evalue,
      "Cannot find package 'just-installed'. Install it with: !npm install just-installed",
    );
    write(
      'node_modules/just-installed/package.json',
      '{ "name": "just-installed", "type": "module", "exports": "./main.js" }',
    );
    write('node_modules/just-installed/main.js', 'export const here = import.meta.url;');
    assert.match(
      String(await value(`(await $.import('just-installed')).here`)),
      /node_modules\/just-installed\/main\.js/,
    );
  });

  test('builtins, typelab’s own dependencies and one tfjs', async () => {
    assert.equal(
      await value(`(await $.import('fs')).readFileSync === (await $.import('node:fs')).readFileSync`),
      'true',
    );
    assert.equal(
      await value(`(await $.import('@tensorflow/tfjs')).Tensor === (await $.import('@tensorflow/tfjs-core')).Tensor`),
      'true',
    );
  });

  test('tslab is ours, with its display', async () => {
    const { events } = await notebook.run(`
      const tslab = await $.import('tslab');
      tslab.display.html('<b>x</b>'); tslab.display.png(Uint8Array.of(1, 2, 3));
      const one = tslab.newDisplay(); one.text('first'); one.text('second');`);
    const shown = events.map((event) => ('data' in event ? [event.kind, event.data] : event.kind));
    assert.deepEqual(shown, [
      ['display', { 'text/html': '<b>x</b>', 'text/plain': '<b>x</b>' }],
      ['display', { 'image/png': 'AQID', 'text/plain': '[image/png]' }],
      ['display', { 'text/plain': 'first' }],
      ['update', { 'text/plain': 'second' }],
    ]);
    assert.equal(await value(`(await $.import('tslab')).versions.tslab`), "'1.0.22'");
  });

  test('an error in a local file shows its line', async () => {
    write('broken.ts', 'interface A { b: number }\nexport function fail(): A {\n  throw new Error("inside");\n}\n');
    const { outcome } = await notebook.run(`(await $.import('./broken.ts')).fail()`);
    assert.ok(outcome.status === 'error');
    const text = outcome.traceback.join('\n').replace(/\x1b\[[\d;]*m/g, '');
    assert.match(text, /File broken\.ts, line 3:9, in fail\(\)[\s\S]*----> 3 {3}throw new Error\("inside"\);/);
  });
});

describe('require and import.meta', () => {
  test('require resolves from the folder and sees edits', async () => {
    write('old.cjs', 'module.exports = require("./older.cjs") + 1;');
    write('older.cjs', 'module.exports = 1;');
    assert.equal(await value(`$.require('./old.cjs')`), '2');
    write('older.cjs', 'module.exports = 10;');
    assert.equal(await value(`$.require('./old.cjs')`), '11');
    assert.equal(await value(`typeof $.require('node:path').join + typeof $.require.resolve`), "'functionfunction'");
  });

  test('import.meta is a file in the folder', async () => {
    assert.equal(await value('$.meta.dirname'), `'${notebook.folder}'`);
    write('near.ts', '');
    assert.equal(await value(`$.meta.resolve('./near')`), `'file://${notebook.folder}/near.ts'`);
    assert.match(String(await value('$.meta.url')), /^'file:.*notebook\.ts'$/);
  });
});

describe('Observable Plot', () => {
  test('a bare plot shows as SVG with no set-up, and no global document is left behind', async () => {
    const { events } = await notebook.run(`
      const Plot = await $.import('@observablehq/plot');
      return { value: Plot.plot({ marks: [Plot.dot([[1, 2], [3, 4]])] }) }`);
    const result = events.find((event) => event.kind === 'result')!;
    assert.match(
      String((result as { data: Record<string, unknown> }).data['image/svg+xml']),
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<circle/s,
    );
    assert.equal(await value('typeof document + typeof window'), "'undefinedundefined'");
  });

  test('mark.plot(), legends and figures with titles', async () => {
    const data = await notebook.value(`
      const Plot = await $.import('@observablehq/plot');
      $.scope.marks.value = Plot.marks(Plot.dot([[1, 2]])).plot().nodeName;
      return { value: Plot.plot({ title: 'T', caption: 'C', color: { legend: true }, marks: [Plot.dot([[1, 2, 3]], { x: '0', y: '1', fill: '2' })] }) }`);
    assert.match(String(data['text/html']), /^<figure.*<h2>T<\/h2>.*<figcaption>C/s);
    // The ramp is a picture, which jsdom alone cannot draw.
    const ramp = Buffer.from(/data:image\/png;base64,([^"]+)/.exec(String(data['text/html']))![1]!, 'base64');
    assert.deepEqual([ramp.readUInt32BE(16), ramp.readUInt32BE(20)], [256, 1]);
    assert.equal(await value('$.scope.marks.value'), "'svg'");
    assert.equal(
      await value(`(await $.import('@observablehq/plot')).legend({ color: { domain: [0, 1] } }).nodeName`),
      "'svg'",
    );
  });
});
