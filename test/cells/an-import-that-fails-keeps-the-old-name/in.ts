// %% file one.ts
export const size = 1;
export default 'one';
// %% file two.ts
export const size = 2;
export const colour = 'red';
export default 'two';
throw new Error('two is broken');
// %%
import { size } from './one.ts';
import * as all from './one.ts';
import name from './one.ts';
const colour = 'blue';
[size, all.size, name, colour]
// %%
import name, { size, colour } from './two.ts';
import * as all from './two.ts';
// %%
[size, all.size, name, colour]
// %% file two.ts
export const size = 2;
export const colour = 'red';
export default 'two';
// %%
import name, { size, colour } from './two.ts';
import * as all from './two.ts';
[size, all.size, name, colour]
