// %%
const before = 1;
require('no-such-module-here');
// %%
const x = 1;
await import('./no-such-file' as string);
