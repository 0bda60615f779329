// %% file tools/package.json
{ "name": "my-tools", "imports": { "#maths/*": "./maths/*.ts" } }
// %% file tools/maths/square.ts
export const square = (n: number) => n * n;
// %% file tools/index.ts
import { square } from '#maths/square';
export const area = (a: number) => square(a);
// %%
import { area } from './tools';
area(5)
