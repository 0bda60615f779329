// %%
const first = 1;
// %%
[In[1], _i, _i1, In.length]
// %%
[_i, _ii, _iii]
