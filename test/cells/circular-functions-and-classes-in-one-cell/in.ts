// %%
const even = (n: number): boolean => (n === 0 ? true : odd(n - 1));
const odd = (n: number): boolean => (n === 0 ? false : even(n - 1));
class Parent { children: Child[] = []; add() { this.children.push(new Child(this)); return this; } }
class Child { constructor(public parent: Parent) {} }
// %%
[even(10), new Parent().add().children.length]
