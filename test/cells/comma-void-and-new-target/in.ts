// %%
function F(this: { made: boolean }) { this.made = new.target !== undefined; }
const f = new (F as unknown as new () => { made: boolean })();
let n = 0;
[f, (n++, 2), void 0]
