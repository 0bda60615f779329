// %%
[3, 1].map((n) => {
  if (n < 2) throw new Error(`bad ${n}`);
  return n;
})
// %%
new Promise(() => { throw new Error("of no name") })
