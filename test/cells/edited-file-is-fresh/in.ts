// %% file leaf.ts
export const n: number = 1;
// %% file middle.ts
import { n } from './leaf';
export const twice = n;
// %%
import { twice } from './middle'; twice
// %% file leaf.ts
export const n: string = 'new';
// %%
import { twice } from './middle'; twice.toUpperCase()
