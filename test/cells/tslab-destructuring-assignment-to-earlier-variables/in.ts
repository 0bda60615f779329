// %%
let a = 1, b = 2, rest: number[] = [];
const o = { p: 0 };
// %%
({ a, b } = { a: 10, b: 20 });
[a, b] = [b, a];
[a, ...rest] = [1, 2, 3];
[o.p, b = 7] = [5, undefined];
({ x: a = 9 } = {} as { x?: number });
[a, b, rest, o]
