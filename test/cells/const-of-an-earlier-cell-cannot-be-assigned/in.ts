// %%
const fixed = 1;
// %%
fixed = 2
// %%
fixed++
// %%
fixed
