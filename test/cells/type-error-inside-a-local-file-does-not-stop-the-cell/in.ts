// %% file loose.ts
export const n: number = 'not a number' as never as number;
export const bad: string = 5;
// %%
import { bad } from './loose';
bad
