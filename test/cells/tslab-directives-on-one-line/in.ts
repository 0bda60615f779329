// %%
/** @module shapes @node */ export const sides: number = 4;
// %%
import { sides } from './shapes';
sides
// %%
/** Asks a@module.org. */
const mail = 'a@module.org';
mail
