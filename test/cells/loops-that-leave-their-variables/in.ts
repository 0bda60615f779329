// %%
for (var vi = 0; vi < 3; vi++);
vi
// %%
do { vi-- } while (vi > 0);
vi
// %%
label: for (const i of [1, 2]) { for (const j of [1, 2]) { if (j === 2) continue label; console.log(i, j) } }
// %%
try { throw 1 } catch { 'caught' } finally { console.log('finally') }
// %%
const { a: { b: deep = 7 } = {} as { b?: number }, ...rest } = { c: 1 } as { a?: { b?: number }; c: number };
[deep, rest]
// %%
let p = 1, q = 2;
[p, q] = [q, p];
[p, q]
