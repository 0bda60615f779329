// %%
Array.from({ length: 30 }, (_, i) => String(i).repeat(1000)).slice(0, 22)
// %%
Array.from({ length: 10 }, (_, a) => Array.from({ length: 100 }, (_, b) => Array.from({ length: 100 }, (_, c) => ({ a, b, c }))))
// %%
const list: number[] = []; list[1e9] = 1;
list
// %%
new Array(1e9)
// %%
[{ a: 1 }, , { a: 2 }]
// %%
new Float64Array(2e7).fill(2.5)
// %%
BigInt64Array.from({ length: 1000 }, (_, i) => BigInt(i))
// %%
Float32Array.from({ length: 200 }, (_, i) => (i % 7 === 0 ? NaN : 4))
// %%
new Float32Array(200).fill(NaN)
