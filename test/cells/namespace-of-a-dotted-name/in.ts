// %%
namespace Outer.Inner { export let count = 0; export function inc() { return ++count } export interface Shape { a: number } export function own() { return Inner.count + Outer.Inner.count } }
Outer.Inner.inc(); Outer.Inner.inc()
// %%
import Inner = Outer.Inner;
[Inner.count, Outer.Inner.inc(), Outer.Inner.own()]
// %%
const shape: Outer.Inner.Shape = { a: 'x' };
// %%
namespace Outer.Inner { export const other = 1 }
Outer.Inner.other
// %%
Outer.Inner.inc
// %%
declare namespace Ambient.Deep { const x: number; }
