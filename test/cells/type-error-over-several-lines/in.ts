// %%
function wants(options: { a: number; b: number }) {}
wants({
  a: 1,
  c: 2,
});
