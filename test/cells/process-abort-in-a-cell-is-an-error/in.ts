// %%
process.abort();
// %%
'alive'
