// %% file tsconfig.json
{ "compilerOptions": { "experimentalDecorators": true } }
// %% file model.ts
export const fields: string[] = [];
const field = (target: object, key: string) => { fields.push(key); };
export class Model { @field id = 1; @field name = 'm'; }
// %%
import { fields } from './model.ts';
fields
