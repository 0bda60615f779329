// %%
const f = (a = (() => { throw new Error('default'); })()) => a;
f();
