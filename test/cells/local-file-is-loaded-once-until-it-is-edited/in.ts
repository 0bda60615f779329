// %% file state.ts
console.log('state is loaded');
export const list: number[] = [];
// %%
import { list } from './state';
list.push(1);
// %%
import { list } from './state';
list
// %% file state.ts
console.log('state is loaded again');
export const list: string[] = ['new'];
// %%
import { list } from './state';
list[0]!.toUpperCase()
