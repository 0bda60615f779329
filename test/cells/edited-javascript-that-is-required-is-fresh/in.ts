// %% file base.cjs
exports.v = 1;
// %% file top.cjs
exports.w = require('./base.cjs').v * 10;
// %%
require('./top.cjs').w
// %% file base.cjs
exports.v = 2;
// %%
require('./top.cjs').w
