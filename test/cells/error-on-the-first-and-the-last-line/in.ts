// %%
throw new Error('first');
// two
// three
// four
// %%
// one
// two
throw new Error('last');
