// %% file node_modules/untyped/package.json
{ "name": "untyped", "type": "module", "exports": "./index.js" }
// %% file node_modules/untyped/index.js
export const anything = (x) => ({ x });
// %%
import { anything } from 'untyped';
anything(1, 2, 3).x.y?.z
