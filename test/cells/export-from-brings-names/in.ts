// %% file parts.ts
export const one = 1, two = 2;
export type Word = string;
// %%
export { one, two as zwei } from './parts';
export * as parts from './parts';
export type { Word } from './parts';
// %%
const w: Word = 'w';
[one, zwei, parts.two, w]
