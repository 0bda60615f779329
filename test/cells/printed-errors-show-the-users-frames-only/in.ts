// %%
function made() { return new Error('printed'); }
console.log(made());
// %%
console.error(new TypeError('in red', { cause: new Error('why') }));
// %%
made()
// %%
console.log({ nested: made() })
// %%
console.log(made().stack)
