import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scriptOf } from '../../../kernel/cell/script.ts';

const script = (...sources: string[]) => scriptOf(sources.map((source) => ({ type: 'code', source })));

describe('a notebook as a script', () => {
  test('has Markdown and magics as comments, wherever they stand', () => {
    const text = scriptOf([
      { type: 'markdown', source: '# Title\n\ntext' },
      { type: 'code', source: "const folder = 'm';\nif (folder) {\n  !rm -r {folder}\n}\n%env A=b\nfolder?" },
      { type: 'code', source: '%%bash\nls */ | grep a' },
    ]);
    assert.equal(
      text,
      [
        '// # Title\n//\n// text',
        "const folder = 'm';\nif (folder) {\n  // !rm -r {folder}\n}\n// %env A=b\n// folder?",
        '// %%bash\n// ls */ | grep a',
        'export {};\n',
      ].join('\n\n'),
    );
  });

  test('has what a magic gave as any', () => {
    assert.equal(
      script('const files = !ls */', '%%bash --bg --proc server --out log\nserve', '%%capture shown\nconsole.log(1)'),
      [
        'const files = undefined as any /* !ls * / */;',
        '// %%bash --bg --proc server --out log\n// serve\nlet server: any;\nlet log: any;',
        '// %%capture shown\nlet shown: any;\nconsole.log(1)',
        'export {};\n',
      ].join('\n\n'),
    );
  });

  test('runs what is timed', () => {
    assert.equal(
      script('%%time\nconst a = 1;', '%timeit a + 1', 'const b = %time a * 2'),
      '// %%time\nconst a = 1;\n\na + 1;\n\nconst b = a * 2;\n\nexport {};\n',
    );
  });

  test('numbers what is declared again, and imports once', () => {
    assert.equal(
      script(
        "import fs from 'node:fs';\nconst x = 1;",
        "import fs from 'node:fs';\nconst x = 'a';",
        'const both = { x, fs };\nfunction inner(x: number) { return x; }',
      ),
      [
        "import fs from 'node:fs';\nconst x = 1;",
        "// import fs from 'node:fs';\nconst x_2 = 'a';",
        'const both = { x: x_2, fs };\nfunction inner(x: number) { return x; }',
        'export {};\n',
      ].join('\n\n'),
    );
  });

  test('declares what the kernel gives, and comments out what does not parse', () => {
    assert.equal(
      script('!true\n_exit_code', 'let y = ;'),
      'declare let _exit_code: number;\n\n!true\n_exit_code\n\n// let y = ;\n\nexport {};\n',
    );
  });
});
