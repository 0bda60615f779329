// %%
yield 1
// %%
function f() { super(); }
// %%
const o = {}; o.#secret
