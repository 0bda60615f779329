// %%
await Promise.any([Promise.reject(new Error('first')), Promise.reject(new TypeError('second'))]);
// %%
throw new AggregateError([new Error('a'), 'b', new AggregateError([new Error('c')], 'nested')], 'several');
