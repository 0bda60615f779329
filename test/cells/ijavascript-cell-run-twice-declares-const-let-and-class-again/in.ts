// %%
const a = 1; let b = 2; class C {} function f() {} enum E { x }
// %%
const a = 1; let b = 2; class C {} function f() {} enum E { x }
// %%
const a = 1; let b = 2; class C {} function f() {} enum E { x }
[a, b, new C(), f(), E.x]
