// %%
const n = 1__0;
// %%
const s = '\u{zz}';
// %%
const m = 3px;
