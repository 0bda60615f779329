// %%
/** @browser */
document.body.append('x')
// %%
/** @node */
1 + 1
