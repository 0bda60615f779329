// %%
// @ts-ignore
const a: number = 'x';
// @ts-expect-error
const b: number = 'y';
[a, b]
// %%
// @ts-expect-error
const fine: number = 1;
// %%
// @ts-nocheck
const c: number = 'z'; c
