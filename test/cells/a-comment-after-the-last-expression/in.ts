// %%
1 + 1 // two
// %%
2 + 2 /* four */
// and a line
