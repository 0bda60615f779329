// %%
import { readFileSync } from 'node:fs';
// %%
const readFileSync = 'mine now';
readFileSync
// %%
import { readFileSync } from 'node:fs';
typeof readFileSync
