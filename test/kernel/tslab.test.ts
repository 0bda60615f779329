/** What the real package declares, does and shows is what ours does. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { parseSync } from 'oxc-parser';
import type { Content } from '../../kernel/wire/protocol.ts';
import { type TestKernel, testKernel } from '../helpers/kernel.ts';

const require = createRequire(import.meta.url);
const declarations = require.resolve('tslab').replace(/\.js$/, '.d.ts');
const { display: members, exported } = walk(readFileSync(declarations, 'utf8'));

describe("tslab's API", () => {
  let kernel: TestKernel;
  before(async () => {
    kernel = await testKernel();
    await kernel.run("import * as tslab from 'tslab';");
  });
  after(() => kernel[Symbol.asyncDispose]());

  test('has every name that the package exports, and no other', async () => {
    const { outputs } = await kernel.run('Object.keys(tslab).sort().join()');
    assert.deepEqual(outputs[0]?.content.data, { 'text/plain': `'${exported.sort().join()}'` });
  });

  test('has every version that the package tells', async () => {
    const { outputs } = await kernel.run('Object.keys(tslab.versions).join()');
    const theirs = Object.keys((require('tslab') as { versions: object }).versions).join();
    assert.deepEqual(outputs[0]?.content.data, { 'text/plain': `'${theirs}'` });
  });

  for (const { name, samples } of members)
    for (const sample of samples) {
      const call = `${name}(${sample})`;
      test(`display.${call} shows what the package shows`, async () => {
        const { outputs } = await kernel.run(`tslab.display.${call}`);
        assert.deepEqual(outputs.map(shown), theirs('display', call));
      });

      test(`newDisplay().${call} overwrites what it showed`, async () => {
        const { outputs } = await kernel.run(`const d = tslab.newDisplay(); d.${call}; d.${call}`);
        assert.deepEqual(outputs.map(shown), theirs('newDisplay()', call, call));
        const ids = outputs.map(({ content }) => (content.transient as { display_id: string }).display_id);
        assert.equal(ids[0], ids[1]);
      });
    }
});

type Shown = { type: string; data: Content };

/** A front end chooses the richest form, so a plain text beside it changes nothing. */
function shown({ header, content }: { header: { msg_type: string }; content: Content }): Shown {
  const { 'text/plain': text, ...rest } = content.data as Content;
  return { type: header.msg_type, data: Object.keys(rest).length > 0 ? rest : { 'text/plain': text } };
}

function theirs(target: string, ...calls: string[]): Shown[] {
  const seen: Shown[] = [];
  const jupyter = require('tslab/dist/jupyter.js') as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = ({ data }: { data: Content }, update?: boolean) =>
    void seen.push({ type: update ? 'update_display_data' : 'display_data', data });
  new Function('tslab', `const d = tslab.${target}; ${calls.map((call) => `d.${call}`).join('; ')}`)(require('tslab'));
  return seen;
}

/** Display's methods, each with arguments of the types that they take, and the module's exported values. */
function walk(text: string): { display: { name: string; samples: string[] }[]; exported: string[] } {
  const display: { name: string; samples: string[] }[] = [];
  const exported: string[] = [];
  for (const statement of parseSync('public.d.ts', text).program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const { declaration } = statement;
    if (declaration?.type === 'VariableDeclaration')
      exported.push(...declaration.declarations.map(({ id }) => text.slice(id.start, id.end).split(':')[0]!));
    if (declaration?.type === 'TSDeclareFunction') exported.push(declaration.id!.name);
    if (declaration?.type !== 'TSInterfaceDeclaration') continue;
    for (const member of declaration.body.body) {
      if (member.type !== 'TSMethodSignature') throw new Error(`Display has a member that is no method`);
      const source = text.slice(member.start, member.end);
      const bytes = /Uint8Array/.test(source) ? ['new Uint8Array([1, 2, 255])', 'Buffer.from("ab")'] : [];
      const strings = /: string/.test(source.replace(/contentType: string/, '')) || /string \|/.test(source);
      const given = [...bytes, ...(strings ? ['"<b>text</b>"'] : [])];
      const type = /contentType/.test(source) ? '"application/x-thing", ' : '';
      display.push({ name: text.slice(member.key.start, member.key.end), samples: given.map((one) => type + one) });
    }
  }
  return { display, exported };
}
