// %% file node_modules/@scope/kit/package.json
{ "name": "@scope/kit", "type": "module", "exports": { ".": "./index.js", "./tools/*": { "types": "./tools/*.d.ts", "default": "./tools/*.js" }, "./package.json": "./package.json" } }
// %% file node_modules/@scope/kit/index.js
export default 'kit';
// %% file node_modules/@scope/kit/tools/saw.js
export const cut = (n) => n / 2;
// %% file node_modules/@scope/kit/tools/saw.d.ts
export declare const cut: (n: number) => number;
// %%
import kit from '@scope/kit';
import { cut } from '@scope/kit/tools/saw';
[kit, cut(5)]
// %%
await import('@scope/kit/hidden' as string)
