// %%
const x = 1; x
// %%
const x = 'text'; x.toUpperCase()
