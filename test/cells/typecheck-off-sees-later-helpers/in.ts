// %%
%typecheck off
// %%
function outer() { return helper() + 1 }
const arrow = () => helper() * 2;
// %%
function helper() { return 41 }
// %%
[outer(), arrow()]
// %%
class A { b() { return new B().value } }
// %%
class B { value = 'from B' }
// %%
new A().b()
// %%
with (Math) { PI }
// %%
010
