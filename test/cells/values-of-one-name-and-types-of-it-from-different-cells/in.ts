// %%
const User = { parse: (text: string) => ({ name: text }) };
// %%
type User = ReturnType<typeof User.parse>;
const ada: User = User.parse('Ada');
ada
// %%
interface Point { x: number }
// %%
const Point = (x: number): Point => ({ x });
const p: Point = Point(1);
p
// %%
const q: Point = Point(2);
[q, User.parse('x') satisfies User]
