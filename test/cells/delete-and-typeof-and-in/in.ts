// %%
const bag: { a?: number; b: number } = { a: 1, b: 2 };
// %%
delete bag.a;
['a' in bag, typeof bag.b, void 0]
// %%
typeof nothingOfThisName
