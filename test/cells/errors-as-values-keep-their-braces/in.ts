// %%
new AggregateError([new Error('one', { cause: new TypeError('why') }), new RangeError('two'), 5], 'several')
// %%
[new Error('a'), new Error('b')]
// %%
const error = Object.assign(new Error('main'), { code: 'E_X', self: undefined as unknown }); error.self = error;
error
// %%
console.log(Object.assign(new TypeError('printed'), { code: 1 }))
