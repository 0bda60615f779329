// %%
process.emitWarning('be careful');
await new Promise((r) => setTimeout(r, 5));
// %%
process.emitWarning('old', 'DeprecationWarning');
await new Promise((r) => setTimeout(r, 5));
