// %%
import * as fs from 'node:fs';
// %%
import * as fs from 'node:fs';
typeof fs.existsSync
