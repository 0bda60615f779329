// %%
6 * 7;
// %%
import * as tslab from 'tslab';
6 * 7;
// %%
[1, 2].push(3);
// %%
tslab.display.text('no value of its own');
// %%
new Promise(() => {});
// %%
(() => 1);
// %%
await Promise.resolve('settled');
// %%
Promise.resolve('settled')
// %%
!echo a command
// %%
let n = 1;
// %%
%reset -f
// %%
6 * 7;
