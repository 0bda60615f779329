// %%
import assert from 'node:assert/strict';
assert.deepEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] });
// %%
assert(1 > 2, 'numbers are odd');
