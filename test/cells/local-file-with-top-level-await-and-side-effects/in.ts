// %% file slow.ts
console.log('loading slow');
export const value = await Promise.resolve(7);
// %%
import { value } from './slow';
value
// %%
import './slow';
