// %% file strings.ts
const dashed = 1;
export { dashed as 'a-b' };
// %%
import { 'a-b' as ab } from './strings';
ab
