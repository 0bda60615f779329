// %%
async function* ticks(n: number) { for (let i = 0; i < n; i++) { await null; yield i } }
for await (const t of ticks(2)) console.log(t);
// %%
Array.fromAsync(ticks(3))
// %%
const results = await Promise.allSettled([Promise.resolve(1), Promise.reject('no')]);
results.map(({ status }) => status)
// %%
await Promise.any([Promise.reject(new Error('a')), Promise.reject(new TypeError('b'))])
