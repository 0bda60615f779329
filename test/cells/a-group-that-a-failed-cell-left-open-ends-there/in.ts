// %%
console.group('open'); console.log('in'); throw new Error('x');
// %%
console.log('not indented');
