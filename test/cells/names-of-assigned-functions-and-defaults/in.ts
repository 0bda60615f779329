// %%
let later: () => void;
later = () => {};
later.name
// %%
later = function () {};
later.name
// %%
const { handler = () => 1, other: renamed = function () {} } = {} as { handler?: () => number; other?: () => void };
[handler.name, renamed.name]
// %%
const [first = () => 2, Klass = class {}] = [] as unknown as [(() => number)?, (new () => object)?];
[first.name, Klass.name]
// %%
let K: any;
K = class { static x = 1 };
let q: any = undefined;
q ??= () => 3;
let r: any = 1;
r &&= class {};
[K.name, q.name, r.name]
// %%
({ later = () => {} } = {} as { later?: () => void });
[later] = [later];
later.name
// %%
for (const { f = () => 1 } of [{} as { f?: () => number }]) console.log(f.name);
var { g = () => 2 } = {} as { g?: () => number };
g.name
