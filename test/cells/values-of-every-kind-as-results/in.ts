// %%
null
// %%
'text with \'quotes\' and\nlines'
// %%
[undefined, NaN, -0, 10n, Symbol('s'), true]
// %%
new Map<unknown, unknown>([['a', 1], [{ k: 1 }, new Set([1])]])
// %%
new Date(0)
// %%
[new Uint8Array([1, 2, 3]), Buffer.from('hi'), new Float32Array(2), new ArrayBuffer(2)]
// %%
/re/g
// %%
new Error('as a value')
// %%
new (class Point { x = 1; #hidden = 2; get y() { return 1; } })()
// %%
new Proxy({ a: 1 }, {})
// %%
Promise.resolve
// %%
globalThis === global
