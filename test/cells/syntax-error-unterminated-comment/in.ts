// %%
/* never closed
const a = 1;
