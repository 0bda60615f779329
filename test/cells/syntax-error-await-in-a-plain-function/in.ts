// %%
function f() { await Promise.resolve(); }
// %%
const g = () => { for await (const x of []) {} };
