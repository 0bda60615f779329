// %%
using r = { [Symbol.dispose]() { console.log('released all the same'); } };
throw new Error('halfway');
