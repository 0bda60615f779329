// %%
type Colour = 'red' | 'blue';
const Colour = { first: 'red' as Colour };
// %%
const c: Colour = Colour.first;
c
// %%
type Colour = number;
const n: Colour = 5;
[n, Colour.first]
