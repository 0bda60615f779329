// %%
'kept'
// %%
const a = 1;
// %%
undefined
// %%
'quiet';
// %%
_
