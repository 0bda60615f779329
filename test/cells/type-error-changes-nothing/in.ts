// %%
const a = 1;
// %%
const a: string = 5; console.log('not run')
// %%
a
