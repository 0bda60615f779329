// %%
const enum Color { Red = 'r', Blue = 'b' }
Color.Red
// %%
const tuple = [1, 'two', true] as const;
const [head, ...others] = tuple;
others
// %%
type Deep<T> = { [K in keyof T]?: T[K] extends object ? Deep<T[K]> : T[K] };
const d: Deep<{ a: { b: number } }> = { a: {} };
// %%
d.a!.b = 'x'
// %%
const big = { ...tuple, length: 1 };
[big, Color.Blue]
// %%
let colour: Color = Color.Red;
colour = 'g'
