// %%
const boom = () => { throw new Error('boom'); };
// %%
setTimeout(boom, 5);
// %%
await new Promise((r) => setTimeout(r, 30));
