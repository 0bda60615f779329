// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells hold templates
/** What compiled cells do, by running them one after another. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Notebook, openNotebook } from './notebook.ts';

type Case = [title: string, cells: string[], expected: unknown];

function cases(name: string, list: Case[], files: Record<string, string> = {}): void {
  describe(name, () => {
    let notebook: Notebook;
    before(() => {
      notebook = openNotebook(files);
    });
    after(() => notebook.close());
    for (const [title, cells, expected] of list)
      test(title, async () => {
        let last: unknown;
        for (const cell of cells) last = await notebook.run(cell);
        assert.deepEqual(last, expected);
      });
  });
}

cases('A cell’s value', [
  ['is its last expression', ['1 + 1'], 2],
  ['is awaited when it is a promise', ['Promise.resolve(3)'], 3],
  ['is nothing after a semicolon', ['1 + 1;'], undefined],
  ['is nothing after a declaration', ['const only = 1'], undefined],
  ['is nothing after a statement', ['if (true) { 5 }'], undefined],
  ['may be a string that looks like a directive', ['"use strict"'], 'use strict'],
  ['may be an object literal', ['{ a: 1, b: [2] }'], { a: 1, b: [2] }],
  ['is a block’s nothing when the braces hold statements', ['{ const inner = 1; inner }'], undefined],
  ['follows comments', ['// first\n7 // seven'], 7],
  ['survives a type after it only as a statement', ['type Late = 1'], undefined],
  ['may be a template with a line break', ['`a\n${1 + 1}`'], 'a\n2'],
  ['may be a function that keeps its name', ['const named = () => 1', 'named.name'], 'named'],
  ['may be a class expression that keeps its name', ['const Named = class {}', 'Named.name'], 'Named'],
]);

cases('Variables across cells', [
  ['const, let and var are seen later', ['const a = 1; let b = 2; var c = 3', '[a, b, c]'], [1, 2, 3]],
  ['const may be declared again', ['const again = 1', 'const again = 2', 'again'], 2],
  ['and again with another type', ['const again = "text"', 'again.toUpperCase()'], 'TEXT'],
  [
    'closures keep the old binding of a redeclared name',
    ['let old = 1; const readOld = () => old', 'let old = 5', '[readOld(), old]'],
    [1, 5],
  ],
  ['closures see later assignments', ['let seen = 1; const readSeen = () => seen', 'seen = 9', 'readSeen()'], 9],
  [
    'functions assign variables of earlier cells',
    ['let count = 0', 'function bump() { count++; return count }', 'bump(); bump()', 'count'],
    2,
  ],
  ['destructuring assigns earlier variables', ['let p = 1, q = 2', '[p, q] = [q, p]', '[p, q]'], [2, 1]],
  [
    'object patterns assign earlier variables',
    ['let m = 0; let n = "x"', '({ m, k: n } = { m: 3, k: "y" })', '[m, n]'],
    [3, 'y'],
  ],
  ['patterns with defaults assign too', ['let z = 0', '({ z = 7 } = {} as { z?: number })', 'z'], 7],
  [
    'destructuring declares',
    ['const { x, y: [first, ...others], ...rest } = { x: 1, y: [2, 3, 4], z: 5 }', '[x, first, others, rest]'],
    [1, 2, [3, 4], { z: 5 }],
  ],
  [
    'a pattern’s default may use an earlier name',
    ['const base = 10', 'const { w = base } = {} as { w?: number }', 'w'],
    10,
  ],
  [
    'several declarators and one without value',
    ['let one = 1, two, three = 3', '[one, two, three]'],
    [1, undefined, 3],
  ],
  ['var in a block belongs to the cell', ['if (true) { var inBlock = 4 }', 'inBlock'], 4],
  ['var in a for loop belongs to the cell', ['for (var i = 0; i < 3; i++) {}', 'i'], 3],
  ['var in for-of and for-in', ['for (var v of [5, 6]) {}\nfor (var key in { k: 1 }) {}', '[v, key]'], [6, 'k']],
  ['let in a block stays there', ['let kept = 1; { let kept = 2; kept }', 'kept'], 1],
  [
    'let in a loop is a variable each time',
    ['const fs: (() => number)[] = []; for (let t = 0; t < 2; t++) fs.push(() => t)', 'fs.map((f) => f())'],
    [0, 1],
  ],
  ['shorthand properties take earlier values', ['const sh = 8', '({ sh })'], { sh: 8 }],
  [
    'shorthand in a call of a function of the same cell',
    ['const deep = { sh, list: [sh] }', 'deep'],
    { sh: 8, list: [8] },
  ],
  ['parameters shadow', ['const shade = 1', '((shade: number) => shade)(2)'], 2],
  ['default parameters see earlier names', ['((a = shade, b = a) => [a, b])()'], [1, 1]],
  [
    'catch parameters shadow',
    ['const err = 1; let caught: unknown', 'try { throw 5 } catch (err) { caught = err }', '[err, caught]'],
    [1, 5],
  ],
  ['labels are no variables', ['const outer = 3; outer: for (;;) { break outer }', 'outer'], 3],
  [
    'typeof, ++, += and delete',
    [
      'let num = 1; const box: { a?: number } = { a: 1 }',
      'num++; ++num; num += 2; delete box.a',
      '[num, typeof num, Object.keys(box)]',
    ],
    [5, 'number', []],
  ],
  ['logical assignment', ['let maybe: number | undefined', 'maybe ??= 4', 'maybe'], 4],
  ['template strings', ['const who = "you"', '`hello ${who} ${[1].map((n) => `${n}${who}`)}`'], 'hello you 1you'],
  [
    'tagged templates keep this out',
    ['function tag(this: unknown, s: TemplateStringsArray) { return [this, s[0]] }', 'tag`abc`'],
    [undefined, 'abc'],
  ],
  ['calls keep this out', ['function self(this: unknown) { return this }', 'self()'], undefined],
  ['a self-made name like a Node global', ['const process = { pid: "mine" }', 'process.pid'], 'mine'],
  ['require as a variable', ['const require = (s: string) => `no ${s}`', 'require("x")'], 'no x'],
  ['exports and module as variables', ['const exports = 1, module = 2', 'exports + module'], 3],
  ['$ as a variable', ['const $ = (s: string) => s + "!"', '$("a") + [1].map(($) => $ + 1)'], 'a!2'],
  ['a name with a dollar number', ['const x$2 = "mine"; const xx = 1', 'const xx = 2; const x = 3', 'x$2'], 'mine'],
  ['unicode names', ['const größe = 1, 变量 = 2', 'größe + 变量'], 3],
  ['a global that a later cell makes its own', ['const before = typeof name', 'const name = "n"', 'name'], 'n'],
  [
    'export forms are declarations',
    ['export const ex = 1; export function exf() { return ex }', 'export { ex as renamed }', 'exf()'],
    1,
  ],
  ['export default of an expression runs', ['let ran = 0', 'export default (ran = 1)', 'ran'], 1],
  ['export default of a function declares it', ['export default function def() { return "d" }', 'def()'], 'd'],
  ['an exported alias is a name', ['const inside = 6; export { inside as outside }', 'outside'], 6],
]);

cases('Functions and classes', [
  ['functions hoist', ['const early = hoisted(); function hoisted() { return 1 }', 'early'], 1],
  [
    'functions call each other in any order',
    [
      'function even(n: number): boolean { return n === 0 || odd(n - 1) }\nfunction odd(n: number): boolean { return n !== 0 && even(n - 1) }',
      'even(10)',
    ],
    true,
  ],
  [
    'functions are declared again',
    ['function twice(a: number) { return a * 2 }', 'function twice(a: string) { return a + a }', 'twice("ab")'],
    'abab',
  ],
  [
    'recursion of a redeclared function calls itself',
    [
      'function fact(n: number): number { return n < 2 ? 1 : n * fact(n - 1) }',
      'const oldFact = fact; function fact(n: number): number { return -1 }',
      'oldFact(4)',
    ],
    -1,
  ],
  [
    'an old function keeps calling what it called',
    [
      'function callee() { return "old" }\nfunction caller() { return callee() }',
      'function callee() { return "new" }',
      '[caller(), callee()]',
    ],
    ['old', 'new'],
  ],
  [
    'overloads',
    [
      'function over(a: number): number; function over(a: string): string; function over(a: any) { return a }',
      'over("x")',
    ],
    'x',
  ],
  [
    'classes with private fields and statics',
    [
      'class P { #x = 1; static made = 0; static make() { P.made++; return new P() } get x() { return this.#x } has(o: object) { return #x in o } }',
      'const made = P.make(); [made.x, P.made, made.has(made)]',
    ],
    [1, 1, true],
  ],
  ['static blocks', ['class S { static v: number; static { var w = 4; this.v = w } }', 'S.v'], 4],
  ['classes extend earlier ones', ['class Q extends P { get y() { return this.x + 1 } }', 'new Q().y'], 2],
  [
    'a class is declared again and instances keep theirs',
    ['class R { v = 1 }', 'const oldR = new R()', 'class R { w = 2 }', '[oldR instanceof R, new R().w]'],
    [false, 2],
  ],
  ['generators', ['function* gen() { yield* [1, 2]; return 3 }', '[...gen()]'], [1, 2]],
  [
    'async generators and for await',
    [
      'async function* agen() { yield 1; yield 2 }',
      'const got: number[] = []; for await (const n of agen()) got.push(n)',
      'got',
    ],
    [1, 2],
  ],
  [
    'top-level await in a pattern',
    ['const { a: aw, b: [bw] } = await Promise.resolve({ a: 1, b: [2] })', 'aw + bw'],
    3,
  ],
  [
    'using disposes at the cell’s end',
    [
      'const log: string[] = []',
      'using res = { name: "r", [Symbol.dispose]() { log.push("gone") } }; log.push(res.name)',
      'log',
    ],
    ['r', 'gone'],
  ],
  [
    'await using',
    ['await using ares = { async [Symbol.asyncDispose]() { log.push("agone") } }; log.length', 'log.at(-1)'],
    'agone',
  ],
  [
    'getters in object literals',
    ['const go = { get v() { return shared }, shared() { return 1 } }; const shared = 2', 'go.v'],
    2,
  ],
  [
    'computed members',
    ['const keyName = "kk"; class Computed { [keyName]() { return 1 } }', 'new Computed()[keyName]()'],
    1,
  ],
  [
    'names inside of nested functions that shadow later declarations',
    [
      'const lid = 1; function nested() { const first = inner(); function inner() { return lid } { const lid = 2; return [first, lid] } }',
      'nested()',
    ],
    [1, 2],
  ],
  ['arguments in a function', ['function argc(..._: number[]) { return arguments.length }', 'argc(1, 2)'], 2],
]);

cases('TypeScript', [
  [
    'enums, also with computed members',
    ['enum Color { Red, Green = "g".length + 4 }', '[Color.Red, Color.Green, Color[5]]'],
    [0, 5, 'Green'],
  ],
  ['enums are declared again', ['enum Color { Blue = 7 }', '[Color.Blue, Object.keys(Color)]'], [7, ['7', 'Blue']]],
  ['const enums', ['const enum Bit { On = 1 }', 'Bit.On'], 1],
  [
    'namespaces',
    [
      'namespace Geo { export const pi = 3; export type T = number; export function area(r: number) { return pi * r } }',
      'const ge: Geo.T = Geo.area(2); ge',
    ],
    6,
  ],
  [
    'parameter properties',
    [
      'class Pt { constructor(private readonly x: number, public y = 2) {} sum() { return this.x + this.y } }',
      'new Pt(1).sum()',
    ],
    3,
  ],
  [
    'abstract classes and interfaces',
    [
      'interface HasArea { area(): number } abstract class Shape implements HasArea { abstract area(): number; twice() { return 2 * this.area() } }',
      'class Sq extends Shape { area() { return 4 } }',
      'new Sq().twice()',
    ],
    8,
  ],
  [
    'generics across cells',
    [
      'type Pair<T> = { l: T; r: T }; const swap = <T>({ l, r }: Pair<T>): Pair<T> => ({ l: r, r: l })',
      'swap({ l: 1, r: 2 })',
    ],
    { l: 2, r: 1 },
  ],
  [
    'interfaces are declared again, another shape',
    ['interface Opt { a: number }', 'interface Opt { b: string }', 'const opt: Opt = { b: "only b" }; opt.b'],
    'only b',
  ],
  [
    'satisfies, as const, non-null',
    ['const cfg = { a: [1, 2] } as const satisfies { a: readonly number[] }', 'cfg.a[0]!'],
    1,
  ],
  [
    'declare says what exists elsewhere',
    ['declare const structuredClone: (x: unknown) => unknown', 'structuredClone({ d: 1 })'],
    { d: 1 },
  ],
  [
    'type and value of one name',
    [
      'interface Both { v: number } const Both = { make: (): Both => ({ v: 5 }) }',
      'const both: Both = Both.make(); both.v',
    ],
    5,
  ],
  [
    'mapped, conditional and template types',
    [
      'type Getters<T> = { [K in keyof T as `get${Capitalize<string & K>}`]: () => T[K] }; type El<T> = T extends (infer U)[] ? U : never',
      'const gt: Getters<{ a: El<number[]> }> = { getA: () => 1 }; gt.getA()',
    ],
    1,
  ],
  ['import.meta', ['import.meta.dirname.length > 0'], true],
  ['In, Out and _ are there', ['typeof Out'], 'undefined'],
]);

cases(
  'Modules',
  [
    [
      'named, renamed, default and namespace imports',
      [
        'import def, { value as val, bump } from "./local.ts"; import * as all from "./local.ts"',
        '[def, val, all.value]',
      ],
      ['the default', 1, 1],
    ],
    ['imported bindings are live', ['bump(); val'], 2],
    [
      'imports come first wherever they stand',
      ['const early2 = join2("a", "b"); import { join as join2 } from "node:path"', 'early2'],
      'a/b',
    ],
    [
      'an imported name may be declared again',
      ['import { value } from "./local.ts"', 'const value = "mine"', 'value'],
      'mine',
    ],
    ['and imported again', ['import { sep as value } from "path"', 'value'], '/'],
    [
      'functions keep the import they used',
      [
        'import { basename as bn } from "node:path"; const base2 = (s: string) => bn(s)',
        'const bn = 1',
        'base2("/a/b")',
      ],
      'b',
    ],
    [
      'type-only imports leave nothing',
      [
        'import type { Stats } from "node:fs"; import { type Dirent, existsSync } from "node:fs"',
        'const st: Stats | undefined = undefined; const dd: Dirent | undefined = undefined; existsSync("/")',
      ],
      true,
    ],
    [
      'imports of types alone load nothing, also without the word type',
      ['import { Shape } from "./shapes"', 'const shape: Shape = { sides: 3 }; shape.sides'],
      3,
    ],
    ['JSON with attributes', ['import data from "./data.json" with { type: "json" }', 'data.n + 1'], 4],
    ['dynamic import', ['const dyn = await import("./local.ts")', 'dyn.default.length'], 11],
    ['import x = require()', ['import os = require("node:os")', 'typeof os.cpus'], 'function'],
    ['require', ['const path2 = require("node:path")', 'path2.sep'], '/'],
    ['export … from', ['export { value as fromLocal } from "./local.ts"', 'fromLocal'], 2],
  ],
  {
    'local.ts':
      'export let value: number = 1; export function bump(): void { value++ }\nexport default "the default";\n',
    'data.json': '{ "n": 3 }',
    'shapes.d.ts': 'export interface Shape { sides: number }\n',
  },
);

describe('A cell that fails', () => {
  let notebook: Notebook;
  before(() => {
    notebook = openNotebook({ 'mod.ts': 'export const size: number = 1;\n' });
  });
  after(() => notebook.close());

  test('half-way keeps what it had assigned', async () => {
    await assert.rejects(notebook.run('const got1 = 1; let got2 = 2; throw new Error("stop"); var got3 = 3'), /stop/);
    assert.deepEqual(await notebook.run('[got1, got2]'), [1, 2]);
  });

  test('before its declaration leaves the old value', async () => {
    await notebook.run('const data = [1]');
    await assert.rejects(
      notebook.run('const data: number[] = await Promise.reject(new Error("no network"))'),
      /network/,
    );
    assert.deepEqual(await notebook.run('data'), [1]);
  });

  test('by a type error changes nothing', async () => {
    await notebook.run('const keep = 1');
    await assert.rejects(notebook.run('const keep = "new"; const bad: number = keep'), /TS2322/);
    assert.equal(await notebook.run('keep.toFixed(1)'), '1.0');
  });

  test('by a syntax error changes nothing', async () => {
    await assert.rejects(notebook.run('const keep = ;'), /SyntaxError/);
    assert.equal(await notebook.run('keep'), 1);
  });

  test('sees a local module edited since', async () => {
    assert.equal(await notebook.run('import { size } from "./mod.ts"; size.toFixed(0)'), '1');
    writeFileSync(join(notebook.folder, 'mod.ts'), 'export const size: string = "big";\n');
    await assert.rejects(notebook.run('import { size } from "./mod.ts"; size.toFixed(0)'), /TS2551|TS2339/);
  });

  test('of a missing module works once it is there', async () => {
    await assert.rejects(notebook.run('import { late } from "./late.ts"'), /TS2307/);
    writeFileSync(join(notebook.folder, 'late.ts'), 'export const late = 5;\n');
    assert.equal(await notebook.run('import { late } from "./late.ts"; late'), 5);
  });
});
