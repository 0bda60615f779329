// %%
console.log('one';
