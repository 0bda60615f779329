// %% file bad3.ts
export enum E { a }
export const bad = = 2;
// %%
import { E } from './bad3';
E.a
