// %%
function here() { console.trace('I am'); }
here();
