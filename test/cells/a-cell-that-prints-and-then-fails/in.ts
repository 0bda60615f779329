// %%
console.log('before');
console.error('a warning');
throw new Error('after');
