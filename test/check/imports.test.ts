import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';
import { parseSync } from 'oxc-parser';
import { root } from '../helpers/root.ts';
import { mayImport } from './import-rules.ts';

describe('who may import whom', () => {
  const files = globSync('{kernel,lib,server,lab}/**/*.{ts,mjs}', {
    cwd: root,
    exclude: ['lib/engine/embedded/assembly/**', 'server/src/codec/assembly/**'],
  }).sort();

  test('there are sources to look at', () => assert.ok(files.length > 20, `${files.length} files`));

  test('every import goes the one way', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .map((import_) => ({ file, ...import_ }))
        .filter((one) => !mayImport(one)),
    );
    assert.deepEqual(
      wrong.map(({ file, to, typeOnly }) => `${file} → ${to}${typeOnly ? ' (types)' : ''}`),
      [],
    );
  });

  test('no file takes part in a circle of imports', () => {
    assert.deepEqual(
      circles(
        new Map(
          files.map((file) => [
            file,
            importsOf(file)
              .filter((one) => !one.typeOnly)
              .map((one) => one.to),
          ]),
        ),
      ),
      [],
    );
  });

  test('a rule that is broken is found', () => {
    assert.equal(mayImport({ file: 'lib/plot.ts', to: 'kernel/api.ts', typeOnly: false }), false);
    assert.equal(mayImport({ file: 'kernel/wire/message.ts', to: 'kernel/session/session.ts', typeOnly: true }), false);
    assert.equal(mayImport({ file: 'kernel/cell/parse.ts', to: 'node:fs', typeOnly: false }), false);
    assert.equal(mayImport({ file: 'lib/train.ts', to: 'lib/index.ts', typeOnly: false }), false);
    assert.deepEqual(
      circles(
        new Map([
          ['a', ['b']],
          ['b', ['a']],
        ]),
      ),
      ['a → b → a'],
    );
  });
});

type Import = { to: string; typeOnly: boolean };

/** What a file imports, statically or by a literal `import()`: our files by their path from the root, packages by their name. */
function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8');
  const { module } = parseSync(file, source);
  const resolve = (specifier: string) =>
    specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
  const statics = [
    ...module.staticImports.map((one) => ({
      to: one.moduleRequest.value,
      typeOnly: one.entries.length > 0 && one.entries.every((entry) => entry.isType),
    })),
    ...module.staticExports.flatMap((one) =>
      one.entries.flatMap((entry) =>
        entry.moduleRequest ? [{ to: entry.moduleRequest.value, typeOnly: entry.isType }] : [],
      ),
    ),
  ];
  const dynamics = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const literal = /^['"](.*)['"]$/.exec(source.slice(start, end));
    return literal ? [{ to: literal[1]!, typeOnly: false }] : [];
  });
  return [...statics, ...dynamics].map((one) => ({ ...one, to: resolve(one.to) }));
}

function circles(graph: Map<string, string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    done.add(file);
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}
