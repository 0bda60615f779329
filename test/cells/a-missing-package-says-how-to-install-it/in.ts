// %%
import chalk from 'no-such-chalk';
// %%
import { deep } from '@none/such/deep';
// %%
const late = await import('no-such-late' as string);
// %%
require('no-such-cjs')
