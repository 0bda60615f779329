// %%
interface Options { a: number }
// %%
interface Options { b: string }
const o: Options = { b: 'x' };
o
// %%
const p: Options = { a: 1, b: 'x' };
