// %%
/** @module shapes */
export const square = (n) => ;
// %%
/** @module shapes */
export const square = (n) => n * n;
// %%
import { square } from './shapes';
square(4)
// %% complete
/** @module shapes */
const box = { width: 1 };
box.│
// %% complete
/** @jsx @module page */
const box = { width: 1 };
box.│
