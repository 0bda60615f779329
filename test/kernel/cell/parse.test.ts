/** What a cell declares, and which names of it no scope of its own has. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from '../../../kernel/cell/parse.ts';

/** What it declares and how; then the names that it uses from outside, `<T>` those that are types. */
const cases: [text: string, declared: string, used: string][] = [
  ['const a = b', 'a const', 'b'],
  ['let { a, b: [c = d], ...rest } = e', 'a let, c let, rest let', 'd e'],
  ['if (x) { var a = 1; let b = 2; b }', 'a var', 'x'],
  ['for (var i of list) i', 'i var', 'list'],
  ['with_ = 1; while (x) { var y = z }', 'y var', 'with_ x z'],
  ['function f(a: T, b = a): R { return c + a }', 'f function', '<T> <R> c'],
  ['const f = (a, { b }) => a + b + c', 'f const', 'c'],
  ['const f = function g() { return g }', 'f const', ''],
  ['class C<T> extends D<E> implements I { #p = a; m(this: C<T>): T { return b } }', 'C class', 'D <E> <I> a b'],
  ['class C { static { var x = y; x } }', 'C class', 'y'],
  ['interface I<T> extends J<T> { (a: K): typeof v; [k: string]: L }', 'I type', '<J> <K> v <L>'],
  ['type M<T> = { [K in keyof T]: T[K] extends infer U ? U : N }', 'M type', '<N>'],
  ['type F = <T>(a: T) => a is G', 'F type', '<G>'],
  ['enum E { A = 1, B = A + b }', 'E enum', 'b'],
  ['namespace N { export const a = b; export type T = U; a }', 'N namespace', 'b <U>'],
  ['namespace A.B { export const c = B }', 'A namespace', ''],
  ['namespace T { export type A = 1 }', 'T ambient', ''],
  ['declare const d: D', 'd ambient', '<D>'],
  ['import x, { y as z, type T } from "m"; x(z)', 'x import, z import, T import', ''],
  ['import a = require("m")', 'a const', ''],
  ['import a = B.C', 'a const', '<B>'],
  ['export const a = 1; export { a as b }', 'a const', ''],
  ['export * as ns from "m"', 'ns import', ''],
  ['try { a() } catch (e) { e } finally { b }', '', 'a b'],
  ['switch (x) { case y: let z = 1; z }', '', 'x y'],
  ['label: for (;;) break label', '', ''],
  ['({ a, b: c, [d]: e })', '', 'a c d e'],
  ['a.b?.c[d].e', '', 'a d'],
  ['tag`text`; `text`.b', '', 'tag'],
  ['(function () { return arguments })', '', ''],
  ['a satisfies A as B', '', 'a <A> <B>'],
];

describe('parse', () => {
  for (const [text, declared, used] of cases)
    test(text, () => {
      const parsed = parse(text, 'ts');
      assert.deepEqual(parsed.errors, []);
      assert.equal(parsed.declared.map(({ name, kind }) => `${name} ${kind}`).join(', '), declared);
      const outer = parsed.uses.filter(({ declares }) => !declares);
      const names = outer.map(({ name, meaning }) => (meaning === 'type' ? `<${name}>` : name));
      const own = new Set(parsed.declared.map(({ name }) => name));
      assert.equal([...new Set(names)].filter((name) => !own.has(name.replace(/[<>]/g, ''))).join(' '), used);
    });

  test('tells where await may stand around a call of the runtime', () => {
    const { contextCalls } = parse(
      '$.magic(); async () => $.magic(); () => $.magic(); class A { b = $.magic() }',
      'ts',
    );
    assert.deepEqual(
      contextCalls.map(({ canAwait }) => canAwait),
      [true, true, false, false],
    );
  });

  test('tells what is assigned, and what has to stay a name', () => {
    const { uses } = parse('a = 1; [b, { c }] = d; e++; typeof f; for (g of h);', 'ts');
    assert.equal(
      uses
        .filter(({ assigned }) => assigned)
        .map(({ name }) => name)
        .join(''),
      'abcg',
    );
    assert.equal(
      uses
        .filter(({ kept }) => kept)
        .map(({ name }) => name)
        .join(''),
      'ef',
    );
  });

  test('takes JavaScript for a script only where it is no module', () => {
    assert.equal(parse('with (a) { b }', 'js').sloppy, true);
    assert.equal(parse('await 1', 'js').sloppy, false);
    assert.equal(parse('with (a) { await 1 }', 'js').sloppy, false);
  });
});
