// %%
const class = 1;
// %%
let new = 2;
