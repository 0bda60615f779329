// %%
class Feed { async *[Symbol.asyncIterator]() { yield* ['a', 'b']; } }
// %%
const got: string[] = [];
for await (const item of new Feed()) got.push(item);
await Array.fromAsync(new Feed())
