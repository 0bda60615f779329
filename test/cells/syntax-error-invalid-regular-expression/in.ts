// %%
const r = /(/;
