// %%
var fs = require("fs");
var path = require("path");
// A comment, and a function in the style of the day
function Counter(start) { this.n = start; }
Counter.prototype.next = function () { return this.n++; };
counter = new Counter(3);
counter.next()
// %%
counter.next(); counter
// %%
console.log("Hello, %s!", "world");
console.warn("to stderr");
// %%
var message = "sloppy " + typeof undeclaredBefore;
message
// %%
[1, 2, 3].map(function (n) { return arguments.length + n; })
// %%
"use strict";
var { join } = path, files = fs.readdirSync(".").length;
join("a", "b")
// %%
throw new Error("as expected");
// %%
new Promise(function (resolve) { setTimeout(resolve, 5, "later"); })
// %%
var total = 0;
for (var i = 0; i < 3; i++) total += i;
i
