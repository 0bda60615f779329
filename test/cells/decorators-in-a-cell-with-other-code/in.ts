// %%
const log: string[] = [];
const note = (_: unknown, c: DecoratorContext) => { log.push(`${c.kind} ${String(c.name)}`); };
// %%
import { sep } from 'node:path';
enum Color { Red, Green }
let before = 1;
@note class A { @note m() {} @note static s = Color.Green; @note get g() { return 1 } }
const { x, y } = { x: before, y: sep };
function make() { @note class Inner {} return Inner.name }
make()
// %%
[log, x, y, A.s, Color.Red]
// %%
class B extends A {}
new B().g
