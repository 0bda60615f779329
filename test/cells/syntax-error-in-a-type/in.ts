// %%
type T = { a: ;
// %%
let x: = 5;
