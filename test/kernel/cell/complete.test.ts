import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Notebook, openNotebook } from './notebook.ts';

let notebook: Notebook;
before(async () => {
  notebook = openNotebook({ 'a.ts': 'export const k = 1;\nexport function doIt(): void {}\n' });
  await notebook.run(
    'const apple = 5; let answers: string[] = [];\n/** Adds things.\n * @param a the first\n */\nfunction add(a: number, b = 1) { return a + b }\nclass Basket { weight = 1; empty(): void {} }',
  );
});
after(() => notebook.close());

/** The cursor stands at `▮`. */
async function complete(marked: string) {
  const cursor = marked.indexOf('▮');
  const source = marked.slice(0, cursor) + marked.slice(cursor + 1);
  const { start, end, matches } = await notebook.cells.complete(source, cursor);
  return { replaced: source.slice(start, end), texts: matches.map(({ text }) => text), matches };
}

describe('Completion', () => {
  test('offers members of an earlier cell’s value, with types', async () => {
    const { matches } = await complete('answers.pu▮');
    assert.deepEqual(matches, [{ text: 'push', type: 'method', signature: '(...items: string[]) => number' }]);
  });

  test('offers names of earlier cells', async () => {
    const { matches } = await complete('app▮');
    assert.deepEqual(matches, [{ text: 'apple', type: 'variable', signature: '5' }]);
  });

  test('offers what needs quotes where it can stand', async () => {
    const declared = 'const head: { "content-type"?: string; accept?: string } = ';
    assert.deepEqual((await complete(`${declared}{}; head.▮`)).texts, ['accept']);
    assert.deepEqual((await complete(`${declared}{}; head["▮"]`)).texts, ['accept', 'content-type']);
    assert.deepEqual((await complete(`${declared}{ con▮ }`)).texts, ['"content-type"']);
  });

  test('offers the strings that are wanted first, quoted as the cell’s others', async () => {
    const first = async (marked: string) => (await complete(marked)).texts.slice(0, 2);
    assert.deepEqual(await first('let size: "small" | "large" = ▮'), ['"large"', '"small"']);
    assert.deepEqual(await first("const o: { kind: 'x' | 'y' } = { kind: ▮ }"), ["'x'", "'y'"]);
    assert.deepEqual(await first('(apple as number) === ▮'), ['Basket', 'add']);
  });

  test('offers names where an expression is unfinished', async () => {
    assert.ok((await complete('const q = ad▮')).texts.includes('add'));
  });

  test('offers the variables of a loop being typed', async () => {
    assert.ok((await complete('for (const thing of answers) { thi▮')).texts.includes('thing'));
  });

  test('offers globals and keywords', async () => {
    const { texts } = await complete('cons▮');
    assert.ok(texts.includes('console') && texts.includes('const'), texts.join());
  });

  test('offers keys and values of a typed literal', async () => {
    assert.deepEqual((await complete('const o: { kind: "x" | "y" } = { ki▮ }')).texts, ['kind']);
    assert.deepEqual((await complete('const o: { kind: "x" | "y" } = { kind: "▮" }')).texts, ['x', 'y']);
  });

  test('offers an optional member by its name, without the question mark of its declaration', async () => {
    assert.deepEqual((await complete('const o: { age?: number } = {}; o.ag▮')).texts, ['age']);
  });

  test('offers what a module exports', async () => {
    assert.deepEqual((await complete('import { ▮ } from "./a.ts"')).texts, ['doIt', 'k']);
    assert.ok((await complete('import { readFileS▮ } from "node:fs"')).texts.includes('readFileSync'));
  });

  test('offers modules: Node’s, packages and files', async () => {
    assert.ok((await complete('import fs from "node:f▮"')).texts.includes('node:fs'));
    assert.ok((await complete('import { tensor } from "@tensorflow/t▮"')).texts.includes('@tensorflow/tfjs'));
    assert.deepEqual((await complete('await import("./▮")')).texts, ['./a.ts']);
  });

  test('replaces the whole word around the cursor', async () => {
    const { replaced, texts } = await complete('apple.toF▮ixe');
    assert.equal(replaced, 'toFixe');
    assert.deepEqual(texts, ['toFixed']);
  });

  test('counts astral characters before the cursor as JavaScript does', async () => {
    assert.deepEqual((await complete('"😀😀"; apple.toFi▮')).texts, ['toFixed']);
  });

  test('works after a magic in the same cell', async () => {
    assert.deepEqual((await complete('!ls "\nconst out = !ls\nout.gre▮')).texts, ['grep']);
  });

  test('works inside of a magic’s expression', async () => {
    assert.deepEqual((await complete('!echo {answers.joi▮}')).texts, ['join']);
  });

  test('never offers the compiler’s own names', async () => {
    const { texts } = await complete('$▮');
    assert.deepEqual(
      texts.filter((text) => /^\$(?:\w?\d*|Context)$/.test(text)),
      [],
    );
  });

  test('finds nothing quietly where nothing can be', async () => {
    assert.deepEqual((await complete('nothing.at.al▮')).texts, []);
    assert.deepEqual((await complete('"text ▮"')).texts, []);
  });
});

describe('Inspection', () => {
  const inspect = async (source: string, cursor: number, detail: 0 | 1 = 0) =>
    (await notebook.cells.inspect(source, cursor, detail)).data?.['text/plain'];

  test('shows a function’s signature and documentation', async () => {
    assert.equal(
      await inspect('add', 2),
      'function add(a: number, b?: number): number\n\nAdds things.\n\n@param a the first',
    );
  });

  test('shows the function being called', async () => {
    assert.match((await inspect('add(1, ', 7)) ?? '', /^function add\(a: number, b\?: number\)/);
  });

  test('adds the source at detail level 1', async () => {
    assert.match((await inspect('add', 2, 1)) ?? '', /function add\(a: number, b = 1\) \{ return a \+ b \}/);
    assert.match((await inspect('apple', 2, 1)) ?? '', /const apple = 5/);
  });

  test('shows a library’s documentation, as Markdown too', async () => {
    const { data } = await notebook.cells.inspect('[1].map', 6, 0);
    assert.match(
      data?.['text/markdown'] ?? '',
      /```typescript\n\(method\) Array.map<U>.*\n```\n\nCalls a defined callback/,
    );
  });

  test('shows a class and a variable', async () => {
    assert.match((await inspect('Basket', 1)) ?? '', /^class Basket/);
    assert.equal(await inspect('const fresh = apple + 1', 8), 'const fresh: number');
  });

  test('says by which word a variable was declared', async () => {
    assert.equal(await inspect('answers', 1), 'let answers: string[]');
    assert.equal(await inspect('var wide = 1', 5), 'var wide: number');
    assert.equal(await inspect('process.pid', 1), 'var process: Process');
    assert.equal(await inspect('(apple: string) => apple', 21), '(parameter) apple: string');
    assert.equal(await inspect('const { size: sides } = new Set()', 16), 'const sides: number');
  });

  test('names a type with its parameters, and what a member belongs to', async () => {
    assert.equal(await inspect('let m: Map<string, number>', 8), 'interface Map<K, V>\nvar Map: MapConstructor');
    assert.equal(await inspect('type Two<A, B> = A | B', 5), 'type Two<A, B> = A | B');
    assert.equal(await inspect('new Basket().weight', 14), '(property) Basket.weight: number');
    assert.match(
      (await inspect('"abc".indexOf("b")', 7)) ?? '',
      /^\(method\) String\.indexOf\(searchString: string, position\?: number\): number\n/,
    );
  });

  test('finds nothing where there is nothing', async () => {
    assert.deepEqual(await notebook.cells.inspect('1 + ', 4, 0), { found: false });
  });
});
