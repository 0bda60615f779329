// %%
throw Object.assign(new Error('with properties'), { code: 'E_FULL', errno: -28, details: { left: 0 } });
// %%
import { readFileSync } from 'node:fs';
readFileSync('/no/such/file');
