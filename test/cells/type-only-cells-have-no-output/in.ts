// %%
type A = string; interface B { a: A }
declare const ambient: number;
declare function outside(): void;
// %%
const b: B = { a: 'x' };
b
