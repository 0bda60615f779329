// %% file inner.ts
export const n = 1;
// %% file outer.ts
export { n } from './inner';
// %%
(await import('./outer')).n
// %% file inner.ts
export const n = 2;
// %%
(await import('./outer')).n
