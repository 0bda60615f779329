// %%
const seen = 1;
// %%
/** @module sizes */
export const size: number = 'large';
// %%
import { size } from './sizes';
// %%
%%module sizes.ts
export const size = seen;
// %%
/** @module sizes */
export const size = ;
// %%
/** @module sizes */
import { sep } from 'node:path';
export const size: number = sep.length;
// %%
import { size } from './sizes';
size + seen
// %%
%typecheck warn
// %%
/** @module sizes */
export const size: number = 'large';
// %% complete
/** @module sizes */
const box = { width: 1 };
export const size = box.│
// %% complete
%%module sizes.ts
const wide = 1;
export const size = wid│
// %% complete
/** @browser */
document.querySe│
// %% inspect
/** @module sizes */
const box = { width: 1 };
export const size = box.wid│th;
// %%
%%module data.json
{ "a": 1 }
