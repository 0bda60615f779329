// %%
eval('null.x')
// %%
new Function('throw new Error("made")')()
