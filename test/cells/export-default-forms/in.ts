// %%
export default 40 + 2
// %%
export default function greet() { return 'hi'; }
// %%
greet()
// %%
export default class Named { a = 1 }
// %%
new Named()
