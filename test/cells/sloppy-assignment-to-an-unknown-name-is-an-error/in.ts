// %%
undeclared = 5
// %%
typeof undeclared
