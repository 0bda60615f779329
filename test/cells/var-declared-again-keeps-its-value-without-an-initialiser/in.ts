// %%
var x: number | undefined = 1;
// %%
var x: number | undefined;
x
// %%
var x: number | undefined = 2; x
