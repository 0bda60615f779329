// %%
import * as _ from 'node:path';
// %%
5
// %%
_.join('a', 'b')
