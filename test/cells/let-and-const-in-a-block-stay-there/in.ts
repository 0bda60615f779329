// %%
{ let inner = 1; const other = 2; function local() {} console.log(inner + other, typeof local); }
for (let k = 0; k < 1; k++) {}
// %%
typeof inner
