// %%
let count = 10; count = 'hello'
// %%
function early(a) { return helper(a) }
// %%
%typecheck
// %%
%typecheck error
// %%
let total = 10; total = 'hello'
// %%
/** @type {any} */
let free = 10; free = 'hello'
// %%
class Greeter { constructor(name) { this.name = name } greet() { return `Hello, ${this.name}` } }
n = 2;
new Greeter('you').greet(n)
// %%
const { EOL } = require('node:os');
helper = (a) => a + EOL.length;
early(1)
// %%
%typecheck warn
// %%
Math.nosuch
