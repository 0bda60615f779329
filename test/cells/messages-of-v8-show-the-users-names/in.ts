// %%
let tools: any = { hammer: 1 };
class Thing {}
import * as path from 'node:path';
// %%
tools.saw()
// %%
tools.hammer()
// %%
(path as any).jion('a')
// %%
new (tools.nail)()
// %%
tools.a.b.c
// %%
let tools: any = undefined;
tools()
// %%
for (const x of tools) {}
// %%
const { y } = tools;
// %%
(Thing as any)()
