// %%
Array.from({ length: 300 }, (_, i) => i)
// %%
'x'.repeat(30_000).length
// %%
const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } }; deep
