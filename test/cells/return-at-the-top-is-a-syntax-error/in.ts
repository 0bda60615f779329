// %%
return 5
