// %% file node_modules/cjs-named/package.json
{ "name": "cjs-named", "main": "./lib/main.js", "types": "./lib/main.d.ts" }
// %% file node_modules/cjs-named/lib/main.js
'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
exports.add = (a, b) => a + b;
exports.default = { name: 'cjs' };
// %% file node_modules/cjs-named/lib/main.d.ts
export declare function add(a: number, b: number): number;
declare const _default: { name: string };
export default _default;
// %%
import { add } from 'cjs-named';
import * as all from 'cjs-named';
[add(1, 2), Object.keys(all).sort()]
// %%
const { add: again } = require('cjs-named');
again(2, 3)
