// %%
const e = new Error('spiteful'); Object.defineProperty(e, 'cause', { get() { throw new Error('no cause for you'); } }); throw e;
// %%
throw new Proxy({}, { get() { throw new Error('trap'); } });
