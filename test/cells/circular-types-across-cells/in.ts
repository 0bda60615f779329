// %%
interface Tree { value: number; children: Tree[] }
type Json = string | number | Json[] | { [key: string]: Json };
// %%
const tree: Tree = { value: 1, children: [{ value: 2, children: [] }] };
const json: Json = { a: [1, { b: 'c' }] };
const sum = (t: Tree): number => t.value + t.children.reduce((s, c) => s + sum(c), 0);
sum(tree)
