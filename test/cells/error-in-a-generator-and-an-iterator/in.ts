// %%
function* g() { yield 1; throw new Error('in the generator'); }
[...g()]
