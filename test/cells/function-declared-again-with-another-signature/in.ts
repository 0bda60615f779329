// %%
function area(r: number) { return 3 * r; }
// %%
function area(w: number, h: string) { return `${w}×${h}`; }
area(1, 'two')
// %%
area(1)
