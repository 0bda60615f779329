// %%
({ a: 1 })
// %%
'text'
// %%
console.log('printed'); 'and a value'
