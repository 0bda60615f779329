import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { registry } from '../../../kernel/magics/registry.ts';
import { completeMagic } from '../../../kernel/session/magic-complete.ts';

const magics = [...registry.values()];

describe('completion in a magic', () => {
  let folder: string;
  const before_ = process.cwd();
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'typelab-complete-'));
    mkdirSync(join(folder, 'models'));
    mkdirSync(join(folder, 'my folder'));
    for (const file of ['train.ts', 'traces.log', '.hidden', 'models/digits.json'])
      writeFileSync(join(folder, file), '');
    process.chdir(folder);
    process.env.TYPELAB_COMPLETED = 'here';
  });
  after(() => {
    process.chdir(before_);
    delete process.env.TYPELAB_COMPLETED;
    rmSync(folder, { recursive: true });
  });

  /** What the cell becomes with each match; the cursor is at its end. */
  const completed = (source: string) => {
    const found = completeMagic(source, source.length, magics);
    return found?.matches.map(({ text }) => source.slice(0, found.start) + text + source.slice(found.end));
  };

  for (const [what, source, expected] of [
    ['a line magic', '%who', ['%who', '%whos', '%who_ls']],
    ['a cell magic', '%%wri', ['%%writefile']],
    ['a magic in a block', 'if (a) {\n  %pw', ['if (a) {\n  %pwd']],
    ['a magic that is assigned', 'const here = %pw', ['const here = %pwd']],
    ['options of a cell magic', '%%bash --no', ['%%bash --no-raise-error']],
    ['options, after others', '%%bash --bg --pr', ['%%bash --bg --proc']],
    ['short options', '%tail -', ['%tail -n', '%tail -f']],
    ['a folder of %cd', '%cd m', ['%cd models/', '%cd my\\ folder/']],
    ['files of %run', '%run tra', ['%run traces.log', '%run train.ts']],
    ['a file in a folder', '%load models/d', ['%load models/digits.json']],
    ['a hidden file when asked for', '%load .h', ['%load .hidden']],
    ['a variable of the environment', '%env TYPELAB_COMPL', ['%env TYPELAB_COMPLETED']],
    ['a file in a command', '!cat tra', ['!cat traces.log', '!cat train.ts']],
    ['a file after a pipe’s command', '!ls | grep train.', ['!ls | grep train.ts']],
    ['a variable in a command', '!echo $TYPELAB_COMPL', ['!echo $TYPELAB_COMPLETED']],
    [
      'a folder after cd in a command',
      '!cd m',
      ['!cd models/', '!cd my folder/'].slice(0, 1).concat('!cd my\\ folder/'),
    ],
    ['a file in a body of %%bash', '%%bash\ncat tra', ['%%bash\ncat traces.log', '%%bash\ncat train.ts']],
    ['a file of a captured command', 'const text = !cat trai', ['const text = !cat train.ts']],
  ] as const)
    test(what, () => assert.deepEqual(completed(source)?.sort(), [...expected].sort()));

  test('programs come from PATH, at a command’s start and after a pipe', () => {
    assert.ok(completed('!basena')?.includes('!basename'));
    assert.ok(completed('!ls | sor')?.includes('!ls | sort'));
    assert.ok(completed('%%bash\nbasena')?.includes('%%bash\nbasename'));
    assert.ok(completed('%sx basena')?.includes('%sx basename'));
  });

  test('nothing is offered in the body of a cell that is no code', () => {
    assert.deepEqual(completed('%%html\n<b'), []);
  });

  for (const source of [
    'consol',
    'a % b',
    'x = a %b',
    '%time Math.ma',
    '%%time\nMath.ma',
    '%%module m.ts\nMath.ma',
    '`%who',
  ])
    test(`${JSON.stringify(source)} is the compiler’s`, () => assert.equal(completed(source), undefined));
});
