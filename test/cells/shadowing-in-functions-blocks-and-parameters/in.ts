// %%
const x = 'outer';
// %%
function f(x: string) { { const x = 'block'; } return x; }
const g = (x = 'default') => x;
const h = ({ x }: { x: string }) => x;
const k = () => { let x = 'local'; x += '!'; return x; };
function own() { return x; var x: string | undefined; }
try { throw 'caught'; } catch (x) { console.log(x); }
[f('a'), g(), h({ x: 'd' }), k(), own(), x, [1].map((x) => x + 1), class { x = 1; y = this.x }, { x }, { x: 1 }.x]
