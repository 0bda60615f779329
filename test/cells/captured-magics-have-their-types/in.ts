// %%
const where = %pwd
const here: string = where;
typeof here
// %% complete
const timed = %time 6 * 7
timed.toFix│
// %%
!touch a.txt b.txt
const listing = %ls *.txt
listing.grep('b')
// %%
const all = %sx echo one; echo two
all.n
// %%
const wrong: number = %pwd
// %%
const env = %env HOME
typeof env
// %%
%%node
const { sep } = require('node:path');
console.log(sep, typeof module);
// %%
%%node
import { sep } from 'node:path';
console.log(sep, await 1);
