// %% file node_modules/wants/package.json
{ "name": "wants", "type": "module", "exports": "./index.js" }
// %% file node_modules/wants/index.js
import 'wanted-peer';
// %%
import 'wants';
