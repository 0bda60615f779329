// %%
const found = [1, 2].find((n) => n > 5);
found.toFixed()
// %%
/a/.exec('b').index
// %%
[1][0].toFixed()
