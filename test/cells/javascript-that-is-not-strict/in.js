// %%
with (Math) { area = PI * pow(2, 2) }
area.toFixed(2)
// %%
radius = 3;
with ({ unit: 'cm' }) label = radius + unit;
label
// %%
010 + 0o10
// %%
"\101"
// %%
(function () { return arguments.callee.name })()
// %%
function twice(a, a) { return a * 2 }
twice(1, 4)
// %%
var static = 1, let_ = 2, yield = 3;
static + yield
// %%
delete label;
typeof label
// %%
(function () { return this === globalThis })()
// %%
function counter() { total = (typeof total === 'undefined' ? 0 : total) + 1; return total }
counter(); counter()
// %%
with (Math) { await 1 }
// %%
let twice_ = 1; let twice_ = 2;
// %%
await 1; 010
// %%
with (Math) { var hypotenuse = sqrt(pow(3, 2) + pow(4, 2)); }
hypotenuse
// %%
with ({ a: 1 }) var { a: first } = { a }, [second = a] = [];
[first, second, hypotenuse]
