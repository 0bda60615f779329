// %% file node_modules/compiled/package.json
{ "name": "compiled", "main": "./main.js", "types": "./main.d.ts" }
// %% file node_modules/compiled/main.js
'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
exports.add = (a, b) => a + b;
exports.default = class Adder { sum = 0; };
// %% file node_modules/compiled/main.d.ts
export declare function add(a: number, b: number): number;
export default class Adder { sum: number; }
// %% file node_modules/indirect/package.json
{ "name": "indirect", "main": "./main.js", "types": "./main.d.ts" }
// %% file node_modules/indirect/main.js
const all = module.exports = build();
function build() {
  const made = { parse: (text) => text.length, then: () => { throw new Error('awaited'); } };
  Object.defineProperty(made, 'lazy', { enumerable: true, get: () => { console.log('loaded'); return 'late'; } });
  return made;
}
// %% file node_modules/indirect/main.d.ts
export function parse(text: string): number;
export const lazy: string;
// %%
import Adder, { add } from 'compiled';
import * as compiled from 'compiled';
[new Adder().sum, add(1, 2), compiled.default === Adder]
// %%
new (await import('compiled')).default().sum
// %%
import { parse } from 'indirect';
import * as indirect from 'indirect';
parse('four')
// %%
import { lazy } from 'indirect';
[Object.keys(indirect), indirect.lazy]
// %%
compiled
// %%
(indirect as any).parse = 5
