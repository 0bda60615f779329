// %% file double.js
export const double = (x) => 2 * x;
// %%
import { double } from './double.js';
const { basename } = require('path');
[double(4), basename('/a/b')]
// %% complete
doubl│
// %%
%%bash --out text --proc job
echo hi
// %%
text
// %%
const { default: fs } = await import('node:fs');
typeof fs.readFileSync
// %%
import nothing from 'no-such-package-at-all'
// %% file double.js
export const double = (x) => 20 * x;
// %%
import { double } from './double.js';
double(4)
