// %%
/** @module mylib */
export const greeting = 'hello';
export function greet(name: string): string { return `${greeting}, ${name}` }
// %%
import { greet } from './mylib';
greet('notebook')
// %% complete
import { │ } from './mylib'
// %%
/**
 * A new version.
 * @module mylib
 */
export function greet(name: string): string { return `bye, ${name}` }
// %%
import { greet } from './mylib';
greet('notebook')
// %% file yours.ts
export const precious = 1;
// %%
/** @module yours */
export const precious = 2;
// %%
const text = '/** @module no */'; /** @module no */ text
// %%
%%module other.ts
export const other = 3;
// %%
import { other } from './other'
other
