// %%
void Promise.reject('just text'); void Promise.reject(undefined); void Promise.reject({ a: 1 });
await new Promise((r) => setTimeout(r, 20));
