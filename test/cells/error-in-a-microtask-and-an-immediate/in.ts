// %%
queueMicrotask(() => { throw new Error('in a microtask'); });
setImmediate(() => { throw new Error('in an immediate'); });
process.nextTick(() => { throw new Error('in a tick'); });
await new Promise((r) => setTimeout(r, 20));
'alive'
