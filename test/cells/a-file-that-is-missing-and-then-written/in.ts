// %%
import { late } from './late';
// %% file late.ts
export const late = 'written';
// %%
import { late } from './late';
late
