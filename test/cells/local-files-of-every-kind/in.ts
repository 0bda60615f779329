// %% file a.ts
export const a: string = 'ts';
// %% file b.mts
export const b: string = 'mts';
// %% file c.cts
export const c: string = 'cts';
// %% file d.js
export const d = 'js';
// %% file e.mjs
export const e = 'mjs';
// %% file f.cjs
exports.f = 'cjs';
// %% file g.json
{ "g": "json" }
// %%
import { a } from './a.ts';
import { b } from './b.mts';
import { c } from './c.cts';
import { d } from './d.js';
import { e } from './e.mjs';
import { f } from './f.cjs';
import g from './g.json';
[a, b, c, d, e, f, g.g]
