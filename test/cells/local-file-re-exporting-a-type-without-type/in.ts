// %% file defs.ts
export interface Def { d: number }
export type Alias = string;
export const value = 1;
// %% file barrel.ts
import { Def } from './defs';
export { value } from './defs';
export type { Alias } from './defs';
export { Def };
// %%
import { value, Def, type Alias } from './barrel';
const d: Def = { d: value };
d
