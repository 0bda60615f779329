// %%
const wait = async (ms: number) => { await new Promise((r) => setTimeout(r, ms)); return ms; };
async function both() { return Promise.all([wait(1), wait(2)]); }
// %%
(await both()).map((n) => n + 1)
