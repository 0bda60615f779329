// %%
let left = 3;
const timer = setInterval(() => { console.log('tick', left); if (--left === 0) clearInterval(timer); }, 4);
void Promise.resolve().then(async () => { await new Promise((r) => setTimeout(r, 8)); console.error('promise'); });
// %%
await new Promise((r) => setTimeout(r, 60));
'second'
