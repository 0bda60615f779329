// %%
const table = [{ name: 'a', value: 1 }, { name: 'b', value: 2 }];
const totals = table.reduce((sum, { value }) => sum + value, 0);
const byName = new Map(table.map((row) => [row.name, row] as const));
// %%
byName.get('a')!.value.toFixed(totals)
// %%
byName.get('a')!.valeu
