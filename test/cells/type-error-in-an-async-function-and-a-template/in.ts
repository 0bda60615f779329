// %%
const f = async () => { const n: number = await Promise.resolve('x'); };
`value: ${f().length}`
