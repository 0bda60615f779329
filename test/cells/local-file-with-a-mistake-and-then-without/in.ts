// %% file broken.ts
export const x = ;
// %%
import { x } from './broken';
x
// %% file broken.ts
export const x = 'mended';
// %%
import { x } from './broken';
x
