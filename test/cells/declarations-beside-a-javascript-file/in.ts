// %% file native.js
export const fast = (n) => n + 1;
// %% file native.d.ts
export declare const fast: (n: number) => number;
// %%
import { fast } from './native.js';
fast('1')
// %%
import { fast } from './native';
fast(1)
