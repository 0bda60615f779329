// %% file shapes.ts
export interface Shape { sides: number }
export const square: Shape = { sides: 4 };
// %%
import { Shape, square } from './shapes.ts';
export { Shape, square };
// %%
const other: Shape = { sides: square.sides - 1 };
other
// %%
export { Shape as Form } from './shapes.ts';
const third: Form = { sides: 5 };
third.sides
// %%
type Local = number;
interface Point { x: Local }
export { Local, Point };
const p: Point = { x: 1 };
p
