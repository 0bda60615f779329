// %%
let phase = 'first';
const { promise, resolve } = Promise.withResolvers<string>();
setTimeout(() => resolve(`timer saw ${phase}`), 20);
// %%
phase = 'second';
await promise
