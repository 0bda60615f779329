// %%
function loose(x) { return x.length }
// %%
const n: number = null
