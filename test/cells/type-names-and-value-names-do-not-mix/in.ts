// %%
interface value { a: number }
let value = 3;
// %%
const typed: value = { a: value };
typed
