// %% file node_modules/half/package.json
{ "name": "half", "type": "module", "exports": { ".": "./index.js" } }
// %% file node_modules/half/index.js
export const a = 1;
// %%
import { a } from 'half';
a
// %%
import x from 'half/inner';
