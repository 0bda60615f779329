// %% file node_modules/cjs-function/package.json
{ "name": "cjs-function", "main": "index.js" }
// %% file node_modules/cjs-function/index.js
module.exports = function pad(text, n) { return String(text).padStart(n); };
module.exports.version = '1.2.3';
// %% file node_modules/@types/cjs-function/package.json
{ "name": "@types/cjs-function", "types": "index.d.ts" }
// %% file node_modules/@types/cjs-function/index.d.ts
declare function pad(text: string, n: number): string;
declare namespace pad { const version: string; }
export = pad;
// %%
import pad from 'cjs-function';
[pad('a', 3), pad.version]
// %%
import pad2 = require('cjs-function');
pad2('b', 2)
// %%
pad(1, 2)
