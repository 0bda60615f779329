// %%
let count = 0;
const read = () => count;
const add = () => { count++; };
// %%
count = 10;
read()
// %%
add(); add();
[count, read()]
