// %%
const arrow = () => 1, fn = function () {}, Anon = class {}, { inner = () => 2 } = {} as { inner?: () => number };
let later: () => void;
later = () => {};
// %%
[arrow.name, fn.name, Anon.name, inner.name, later.name]
