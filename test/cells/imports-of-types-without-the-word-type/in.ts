// %% file kinds.ts
export interface Pair { a: number; b: number }
export type Key = keyof Pair;
// %%
import { Pair, Key } from './kinds';
const pair: Pair = { a: 1, b: 2 };
const key: Key = 'b';
pair[key]
