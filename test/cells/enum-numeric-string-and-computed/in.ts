// %%
enum Colour { Red, Green = 5, Blue, Dark = 'dark', Size = 'abc'.length }
Colour
// %%
[Colour[6], Colour.Dark, Colour.Size, Colour.Red satisfies Colour]
