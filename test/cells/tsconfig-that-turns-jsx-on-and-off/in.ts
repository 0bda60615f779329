// %%
function twice<T>(value: T): T[] { return [<T>value, value]; }
const list = [1, 2];
// %% file tsconfig.json
{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }
// %%
const wrong: string = list;
// %%
const h = (type: string, props: object | null, ...children: unknown[]) => ({ type, children });
declare global { namespace JSX { interface IntrinsicElements { b: object } } }
function Bold() { return <b>bold</b>; }
[Bold(), twice(list.length)]
// %% remove tsconfig.json
// %%
const wrong: string = list;
// %%
[<unknown>Bold(), twice(1)]
