// %%
import { join as tool } from 'node:path';
// %%
import { inspect as tool } from 'node:util';
tool({ a: 1 })
