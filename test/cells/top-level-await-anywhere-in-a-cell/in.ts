// %%
const value = await Promise.resolve(1);
if (value) { console.log(await Promise.resolve('in a block')); }
for (const n of [await Promise.resolve(2)]) console.log(n + (await value));
`${await Promise.resolve('at the end')}`
