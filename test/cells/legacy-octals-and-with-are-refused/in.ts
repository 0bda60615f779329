// %%
const old = 010;
// %%
with (Math) { max(1, 2) }
