// %%
let evolving;
evolving = 1;
const list = [];
list.push(1, 'a');
// %%
[evolving, list]
// %%
function implicit(a) { return a; }
