// %% file shapes.ts
export interface Point { x: number; y: number }
export type Name = string;
export const origin: Point = { x: 0, y: 0 };
export class Box { size = 1 }
// %%
import type { Point } from './shapes';
import { type Name, origin } from './shapes';
import type * as shapes from './shapes';
const p: Point = { ...origin, x: 1 };
const n: Name = 'n';
const b: shapes.Box = { size: 2 };
[p, n, b]
// %%
const second: Point = { x: 1 };
// %%
import type { Box } from './shapes';
new Box()
