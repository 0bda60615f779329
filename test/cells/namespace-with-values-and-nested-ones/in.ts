// %%
namespace Geometry {
  export interface Point { x: number; y: number }
  export const origin: Point = { x: 0, y: 0 };
  export namespace Angles { export const right = 90; }
  const hidden = 1;
  export function shift(p: Point, by = hidden): Point { return { x: p.x + by, y: p.y + by }; }
}
// %%
const p: Geometry.Point = Geometry.shift(Geometry.origin);
[p, Geometry.Angles.right]
// %%
Geometry.hidden
