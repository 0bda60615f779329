// %%
const loop: { self?: unknown; list: unknown[] } = { list: [] }; loop.self = loop; loop.list.push(loop);
loop
