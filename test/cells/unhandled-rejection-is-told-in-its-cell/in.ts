// %%
async function background() { await null; throw new Error('nobody waits for me'); }
void background();
await new Promise((r) => setTimeout(r, 20));
'still alive'
// %%
'and the next'
