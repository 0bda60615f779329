// %%
const t = `open ${1 + 1}
