// %% file node_modules/esm-only/package.json
{ "name": "esm-only", "type": "module", "exports": { ".": { "types": "./index.d.ts", "default": "./index.js" } } }
// %% file node_modules/esm-only/index.js
export const twice = (n) => 2 * n;
export default 'the default';
// %% file node_modules/esm-only/index.d.ts
export declare const twice: (n: number) => number;
declare const text: string;
export default text;
// %%
import text, { twice } from 'esm-only';
[text.toUpperCase(), twice(4)]
// %%
twice('4')
// %%
require('esm-only').twice(5)
