// %%
Promise.reject(new Error('rejected at the end'))
// %%
(async () => { throw new TypeError('async arrow'); })()
