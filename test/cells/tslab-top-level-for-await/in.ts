// %%
async function* count(to: number) { for (let i = 0; i < to; i++) { await null; yield i; } }
// %%
const seen: number[] = [];
for await (const n of count(3)) seen.push(n);
seen
