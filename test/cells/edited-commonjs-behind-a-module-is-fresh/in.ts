// %% file lib/index.ts
import { b } from './b.js';
export const a = () => b + 1;
// %% file lib/b.js
import c from './c.cjs';
export const b = c.value * 10;
// %% file lib/c.cjs
const { deep } = require('./d.cjs');
module.exports = { value: deep };
// %% file lib/d.cjs
module.exports = { deep: 4 };
// %%
import { a } from './lib';
a()
// %% file lib/d.cjs
module.exports = { deep: 7 };
// %%
import { a } from './lib';
a()
// %% file lib/c.cjs
module.exports = { value: 100 };
// %%
import { a } from './lib';
[a(), require('./lib/c.cjs').value, (await import('./lib/c.cjs')).default.value]
// %% file lib/c.cjs
module.exports = { value: 200 };
// %%
[require('./lib/c.cjs').value, (await import('./lib/c.cjs')).default.value]
