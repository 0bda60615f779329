// %%
function inner(n: number): number {
  if (n > 2) throw new TypeError('too many');
  return n;
}
// %%
const outer = (n: number) => {
  return inner(n + 1);
};
// %%
outer(1);
outer(5);
