// %% file bad.ts
export const fine = 1;
export const bad = = 2;
// %%
import { fine } from './bad';
fine
