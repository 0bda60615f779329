// %%
const a = 1;

throw new Error('at the top');
