// %%
() => 1
// %%
class {}
// %%
void 0
// %%
({}).toString.call([])
// %%
`several
lines ${1 + 1}`
// %%
const named = function inner() { return typeof inner };
named()
// %%
arguments
// %%
await using resource = { async [Symbol.asyncDispose]() { console.log('released') } };
'value'
// %%
if (true) {
// %%
let a = 1
let b = a +
