// %%
function draw(options: { width: number; height: number; title?: string }, mode?: 'fast' | 'nice') {}
// %% complete
draw({│
// %% complete
draw({ width: 1, │
// %% complete
draw({ width: 1, │
const next = 2;
// %% complete
draw({ width: 1, height: 2 }, '│
// %% complete
const o: { a: number; b?: string } = { │
// %% complete
[1].map((n) => draw({ width: n, hei│
