// %%
const fresh = 1; const wrong: string = fresh;
// %%
typeof fresh
