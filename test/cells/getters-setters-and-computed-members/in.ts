// %%
const key = 'size';
const box = { _size: 1, get [key](): number { return this._size; }, set [key](n: number) { this._size = n; }, ['a' + 1]: true, async *[Symbol.asyncIterator]() { yield 1; } };
// %%
box.size = 5;
[box.size, box]
