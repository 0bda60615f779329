// %%
declare global { var answer: number; interface Array<T> { second?(): T | undefined } }
globalThis.answer = 42;
Array.prototype.second = function () { return this[1]; };
// %%
[answer, ['a', 'b'].second?.()?.toUpperCase()]
// %%
delete Array.prototype.second
