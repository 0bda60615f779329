// %%
throw new Error('');
// %%
throw new Error('first line\nsecond line\n  third');
// %%
const e = new Error('no stack'); delete e.stack; throw e;
// %%
const f = new Error('stack is a number'); f.stack = 5 as never; throw f;
// %%
const g = new Error('x'); g.message = 'changed later'; throw g;
// %%
throw Object.create(Error.prototype, { message: { value: 'made by hand' } });
