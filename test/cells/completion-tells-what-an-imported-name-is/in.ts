// %% file local.ts
export function aim() {}
export class Aid {}
export const air = 1;
export interface Aisle { n: number }
export enum Aioli { One }
// %%
import { aim, Aid, air, Aioli } from './local';
import type { Aisle } from './local';
import * as ai from './local';
// %% complete
ai│
