// %% file node_modules/few/package.json
{ "name": "few", "type": "module", "exports": { "types": "./index.d.ts", "default": "./index.js" } }
// %% file node_modules/few/index.js
export const readFile = 1;
// %% file node_modules/few/index.d.ts
export declare const readFile: number;
// %%
import { readFlie } from 'few';
// %%
import few from 'few';
