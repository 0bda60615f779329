// %%
const x = 'old';
// %%
const x = (() => { throw new Error('no value'); })() as string;
// %%
x
