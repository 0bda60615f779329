// %%
class Stack<T> { #items: T[] = []; push(item: T): this { this.#items.push(item); return this; } pop(): T | undefined { return this.#items.pop(); } }
type Pair<A, B = A> = [A, B];
const make = <const T extends readonly unknown[]>(items: T): T => items;
// %%
const stack = new Stack<Pair<number, string>>().push([1, 'one']);
const [n, word] = stack.pop()!;
[n.toFixed(1), word.toUpperCase(), make(['a', 1])[0]]
// %%
new Stack<number>().push('x')
