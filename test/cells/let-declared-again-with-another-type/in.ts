// %%
let x: number = 1;
// %%
let x = 'text';
x.toUpperCase()
// %%
x = 5
