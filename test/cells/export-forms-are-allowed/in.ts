// %%
export const a = 1;
export let b = 'b';
export function f() { return a; }
export class K { k = 1 }
export enum E { x }
export interface I { i: number }
export type T = string;
const hidden = 5;
export { hidden as shown };
// %%
[a, b, f(), new K(), E.x, shown]
