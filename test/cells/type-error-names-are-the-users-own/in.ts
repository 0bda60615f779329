// %%
class Thing { a = 1 }
// %%
class Thing { b = 2 }
const old: Thing = { a: 1 };
