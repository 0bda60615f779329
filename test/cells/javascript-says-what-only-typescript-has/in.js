// %%
enum E { A }
// %%
let t: number = 5
// %%
interface I {}
// %%
x as number
// %%
let y = ;
// %%
function f(a?: string) {}
// %%
import type { A } from 'x'
// %%
a!
