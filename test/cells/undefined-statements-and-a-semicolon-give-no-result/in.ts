// %%
undefined
// %%
const a = 1;
// %%
a;
// %%
if (a) { a }
// %%
for (const x of [1]) x
// %%
void 0
// %%
function f() { return 1; }
// %%
console.log('printed')
