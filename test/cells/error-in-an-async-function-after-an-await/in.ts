// %%
async function load(id: number) {
  await null;
  throw new Error(`cannot load ${id}`);
}
async function all() { return await load(7); }
// %%
await all();
