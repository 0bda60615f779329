// %%
declare global { interface Array<T> { lastOne(): T | undefined } }
Array.prototype.lastOne = function () { return this.at(-1) };
[1, 2].lastOne()
// %%
[3].lastOne()
// %%
['a'].lastOne()!.toFixed()
// %%
delete (Array.prototype as any).lastOne;
