// %%
setTimeout(() => process.exit(0), 5);
await new Promise((r) => setTimeout(r, 20));
'alive'
