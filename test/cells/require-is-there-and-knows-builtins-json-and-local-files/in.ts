// %% file settings.json
{ "depth": 3 }
// %% file tool.cjs
exports.twice = (n) => 2 * n;
// %% file typed.cts
export const half = (n: number): number => n / 2;
// %%
const { basename } = require('path');
[basename('/a/b.c'), require('./settings.json').depth, require('./settings').depth, require('./tool').twice(4), require('./typed').half(9)]
// %%
[typeof require.resolve, typeof require.cache, require.resolve('node:fs')]
