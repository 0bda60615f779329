// %%
require('fresh-cjs')
// %% file node_modules/fresh-cjs/package.json
{ "name": "fresh-cjs", "main": "index.js" }
// %% file node_modules/fresh-cjs/index.js
exports.ok = true;
// %%
require('fresh-cjs').ok
