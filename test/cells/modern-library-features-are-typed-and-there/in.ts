// %%
const groups = Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even'));
[groups.odd?.length, [3, 1, 2].toSorted(), [1, 2].at(-1), new Set([1, 2]).union(new Set([3])), structuredClone({ a: 1 }), typeof Promise.withResolvers<number>().promise, 'a'.isWellFormed()]
