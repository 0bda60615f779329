// %%
let y: number | undefined = 1;
// %%
let y: number | undefined;
y
