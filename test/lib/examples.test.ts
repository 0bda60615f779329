import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { format } from 'node:util';
import * as typelab from '../../lib/index.ts';
import { root } from '../helpers/root.ts';

/** These need a model server; its own tests run them. */
const elsewhere = /launchServer|waitForModel|predict\(|saveModel|loadSavedModel|freePort/;

type Example = { file: string; code: string };

test('every example in the library’s documentation runs and prints what it says', async () => {
  const examples = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => examplesOf(file))
    .filter(({ code }) => !elsewhere.test(code.replaceAll('.predict(', '')));
  assert.ok(examples.length >= 8, `found ${examples.length}`);
  for (const { file, code } of examples) {
    const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text!);
    const printed = await run(file, code);
    assert.equal(printed.length >= expected.length, true, `${file}: printed ${printed.length} lines\n${code}`);
    for (const [i, text] of expected.entries()) {
      // A comment may go on after a comma to say why.
      assert.ok(
        text === printed[i] || text.startsWith(`${printed[i]}, `),
        `${file}: ${JSON.stringify(printed[i])}, said ${text}`,
      );
    }
  }
});

function examplesOf(file: string): Example[] {
  const source = readFileSync(join(root, 'lib', file), 'utf8');
  return [...source.matchAll(/\* @example\n((?: \* .*\n)+)/g)].map(([, lines]) => ({
    file,
    code: lines!.replaceAll(/^ \* ?/gm, ''),
  }));
}

/** Runs it as a cell would, with the library's names in scope, which it may declare anew; gives what it printed. */
async function run(file: string, code: string): Promise<string[]> {
  const printed: string[] = [];
  const console = { log: (...values: unknown[]) => printed.push(format(...values)) };
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<void>;
  try {
    const body = new AsyncFunction('console', ...Object.keys(typelab), `{ ${code} }`);
    await body(console, ...Object.values(typelab));
  } catch (cause) {
    throw new Error(`${file}: its example fails\n${code}`, { cause });
  }
  return printed;
}
