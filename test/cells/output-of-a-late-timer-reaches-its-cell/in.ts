// %%
setTimeout(() => console.log('late, but mine'), 15);
console.log('at once');
// %%
console.log('second cell');
await new Promise((r) => setTimeout(r, 40));
