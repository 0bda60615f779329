// %%
let value = 1, other = { value: 5 };
// %%
const o = { value, other, get: () => value, method() { return value; } };
value = 2;
[o.value, o.other.value, o.get(), o.method(), other.value]
