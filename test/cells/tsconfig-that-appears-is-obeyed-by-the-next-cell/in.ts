// %%
const list = [1, 2, 3];
const first: number = list[0];
const cast = <string>(5 as unknown);
function twice<T>(value: T): T[] { return [<T>value, value]; }
// %% file src/shapes.ts
export const sides = 4;
// %% file tsconfig.json
{ "compilerOptions": { "noUncheckedIndexedAccess": true, "jsx": "react", "jsxFactory": "h", "paths": { "@/*": ["./src/*"] } } }
// %%
const second: number = list[1];
// %%
import { sides } from '@/shapes';
sides + twice(first).length
// %%
const h = (type: string, props: object | null, ...children: unknown[]) => ({ type, children });
declare global { namespace JSX { interface IntrinsicElements { b: object } } }
<b>bold</b>
// %%
const again = <string>(5 as unknown);
// %%
[cast, twice(first), list]
// %% file tsconfig.json
{ "compilerOptions": { "strict": false } }
// %%
const third: number = list[2];
const none: string = null;
const castAgain = <string>(5 as unknown);
// %% remove tsconfig.json
// %%
const fourth: string = null;
// %%
[castAgain, third]
