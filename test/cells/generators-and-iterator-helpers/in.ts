// %%
function* squares() { for (let n = 1; ; n++) yield n * n; }
// %%
squares().filter((n) => n % 2 === 1).take(3).toArray()
// %%
const [one, four, ...rest] = squares().take(5);
[one, four, rest]
