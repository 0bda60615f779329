// %%
const r = /abc
