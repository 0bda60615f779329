// %%
(function named() {})
// %%
(class Empty {})
// %%
class Shown { x = 1 }
// %%
Shown
// %%
() => 1
