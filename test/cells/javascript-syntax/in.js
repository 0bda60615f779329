// %%
const f = (a) => a; f(1 < 2, 3 > (4))
// %%
const typed: number = 1
// %%
const [a, b, c] = [1, 2, 3]; const g = (...xs) => xs.length; g(a < b, c > (7))
// %% is-complete
interface A {
// %% is-complete
function f() {
// %% is-complete
x: number = 5
// %%
{ a: 1, b: [2] }
// %%
const element = <b>hi</b>
