// %%
class Hello {
    constructor(name) {
        this.name = name;
    }

    sayHello() {
        console.log(`Hello, ${this.name}`);
    }
}

const hello = new Hello('tslab');
hello.sayHello();
// %%
{
    const n = 10;
    const start = Date.now()
    console.log(`n = ${n} (took ${Date.now() - start > 60000 ? 'long' : 'a moment'})`)
}
// %%
import * as tslab from "tslab";
tslab.display.html('Hello <span style="font-size:x-large"><b>Java</b>Script</span>!');
// %%
let x = 10;
x = x + 'hello';
console.log(x);
// %%
/** @type {any} */
let x = 123;
x = x + ' Hello';
console.log(x);
// %%
/** @module shapes */
export const square = (side) => side * side;
// %%
import { square } from './shapes';
square(4)
