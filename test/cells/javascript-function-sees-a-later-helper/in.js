// %%
function outer() { return helper(20) + offset }
class A { make() { return new B() } }
// %%
outer()
// %%
const helper = (n) => n * 2;
let offset = 1;
class B { name = 'B' }
// %%
[outer(), new A().make()]
// %%
offset = 2;
const helper = (n) => n * 3;
outer()
// %%
typeof nothing + nothing
