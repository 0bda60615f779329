// %% file base.ts
function tell(target: any, name?: any) { return typeof name === 'object' ? 'standard' : `legacy`; }
let found = '';
const mark: any = (target: any, name?: any) => { found = tell(target, name); };
@mark
export class Base {}
export const kind = () => found;
// %% file user.ts
export { kind } from './base.ts';
import { area } from '@/area';
export { area };
// %%
import { kind } from './base.ts';
kind()
// %%
import { area } from './user.ts';
// %% file src/area.ts
export const area = 12;
// %% file tsconfig.json
{ "compilerOptions": { "experimentalDecorators": true, "paths": { "@/*": ["./src/*"] } } }
// %%
import { kind } from './base.ts';
kind()
// %%
import { area, kind } from './user.ts';
[area, kind()]
// %% file tsconfig.json
{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }
// %%
import { area, kind } from './user.ts';
[area, kind()]
