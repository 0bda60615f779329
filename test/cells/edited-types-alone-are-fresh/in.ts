// %% file contract.ts
export interface Contract { a: number }
// %%
import type { Contract } from './contract';
const c: Contract = { a: 1 };
// %% file contract.ts
export interface Contract { b: string }
// %%
import type { Contract } from './contract';
const c: Contract = { a: 1 };
// %%
const d: Contract = { b: 'x' };
d
