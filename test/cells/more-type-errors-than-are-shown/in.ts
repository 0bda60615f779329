// %%
const a: string = 1;
const b: string = 2;
const c: string = 3;
const d: string = 4;
const e: string = 5;
const f: string = 6;
const g: string = 7;
