// %%
const inside = new Function('a', 'b', 'return a + b') as (a: number, b: number) => number;
[inside(1, 2), eval('1 + 2'), (0, eval)('typeof globalThis')]
// %%
1;
eval('1 +')
// %%
const broken = () => {
  return eval('let x = ;');
};
broken()
