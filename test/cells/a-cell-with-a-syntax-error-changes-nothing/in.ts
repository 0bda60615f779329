// %%
const s = 1;
// %%
const s = 2; console.log('not run'); if (
// %%
s
