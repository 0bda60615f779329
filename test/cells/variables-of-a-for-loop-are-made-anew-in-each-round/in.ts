// %%
const fns: (() => number)[] = [];
for (let i = 0; i < 3; i++) fns.push(() => i);
for (const v of [10, 20]) fns.push(() => v);
// %%
fns.map((f) => f())
