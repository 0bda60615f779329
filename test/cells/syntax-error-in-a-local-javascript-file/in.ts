// %% file bad2.js
export const fine = 1;
const x = ;
// %%
import { fine } from './bad2.js';
fine
