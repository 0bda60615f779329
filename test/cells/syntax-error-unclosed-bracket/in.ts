// %%
const list = [1, 2
const next = 3;
