// %%
{
  using r = { [Symbol.dispose]() { throw new Error('while releasing'); } };
  throw new Error('while working');
}
