// %%
const good = 1;
const n: number = 'text';
good.toUpperCase();
