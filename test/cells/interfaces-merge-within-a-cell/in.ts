// %%
interface Merged { a: number }
interface Merged { b: string }
const m: Merged = { a: 1, b: 'x' };
m
