// %%
const hidden = 1;
// %%
eval('hidden')
