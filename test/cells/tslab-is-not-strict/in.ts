// %%
function untyped(x) { return x }
// %%
import * as tslab from 'tslab';
function untyped(x) { return x }
const found: string = [1, 2].find((n) => n > 5) as any ?? null;
tslab.display.text(untyped('fine'))
// %%
const wrong: number = 'text'
