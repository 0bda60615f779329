// %%
interface Needs { a: number; b: string }
// %%
const n: Needs = { a: 1 };
// %%
function takes(a: number, b: string) {}
takes(1);
