// %% file tsconfig.json
{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "config": ["./settings.json"] } } }
// %% file src/util.ts
import { base } from '@/deep/base';
export const twice = (n: number): number => n * base;
// %% file src/deep/base.ts
export const base = 2;
// %% file settings.json
{ "level": 3 }
// %%
import { twice } from '@/util'; twice(4)
// %%
import settings from 'config'; settings.level
// %%
const wrong: string = twice(1)
// %% file src/deep/base.ts
export const base = 10;
// %%
import { twice } from '@/util'; twice(4)
// %%
import { none } from '@/none'
