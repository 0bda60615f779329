// %%
import { fresh } from 'fresh-package';
// %% file node_modules/fresh-package/package.json
{ "name": "fresh-package", "type": "module", "exports": { "types": "./index.d.ts", "default": "./index.js" } }
// %% file node_modules/fresh-package/index.js
export const fresh = 'just installed';
// %% file node_modules/fresh-package/index.d.ts
export declare const fresh: string;
// %%
import { fresh } from 'fresh-package';
fresh.toUpperCase()
