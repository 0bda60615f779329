// %%
/** Adds two numbers. */
function add(a: number, b: number): number { return a + b; }
// %% inspect
add│
// %% source
add│
// %% inspect
nothing│
