// %% file maths.js
/** Adds. @param {number} a @param {number} b */
export const add = (a, b) => a + b;
export class Acc { total = 0; }
// %%
import { add, Acc } from './maths.js';
[add(1, 2), new Acc().total.toFixed(1)]
// %%
add('1', 2)
