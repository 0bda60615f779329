// %%
const nothing;
