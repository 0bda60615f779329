// %%
x = 1
// %%
x + 1
// %%
x = 'now text'; [a, b] = [1, 2]; for (i = 0; i < 3; i++) {}
// %%
[x, a, b, i]
// %%
function count() { calls = (typeof calls === 'undefined' ? 0 : calls) + 1; return calls }
count(); count()
// %%
calls
// %%
for (key in { k: 1 }) ;
for (item of [7]) ;
({ p, q: { r } } = { p: 1, q: { r: 2 } });
[key, item, p, r]
// %%
nobody
// %%
_ = 'mine'; const x = 5
// %%
[_, x, typeof this, (function () { return this === globalThis })()]
// %% complete
x.toFi│
// %% complete
a.toFi│
// %%
process.title = process.title; exitCode = 0; const process2 = process; process2 === process
