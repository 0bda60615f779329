// %%
#!/usr/bin/env node
console.log('a program');
throw new Error('line 3');
// %%
#!/usr/bin/env node
const s: string = 1;
