// %% file one.ts
export const one: number = 1;
// %% file two.js
export const two = 2;
// %% file folder/index.ts
export const three: number = 3;
// %% file four.json
{ "four": 4 }
// %%
import { one } from './one';
import { two } from './two';
import { three } from './folder';
import { three as drei } from './folder/index';
import { one as eins } from './one.js';
[one, two, three, drei, eins]
