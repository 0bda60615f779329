// %%
let phase = 'first', assigned = false;
const { promise, resolve } = Promise.withResolvers<string>();
const timer = setInterval(() => { if (assigned) { clearInterval(timer); resolve(`timer saw ${phase}`); } }, 2);
// %%
phase = 'second';
assigned = true;
await promise
