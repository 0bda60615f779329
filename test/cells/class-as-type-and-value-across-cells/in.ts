// %%
class Node2 { next?: Node2; constructor(public value: number) {} }
// %%
const list: Node2 = new Node2(1);
list.next = new Node2(2);
[list.next.value, list instanceof Node2]
