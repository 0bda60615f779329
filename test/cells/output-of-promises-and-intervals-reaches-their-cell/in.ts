// %%
let left = 3, told = false;
const timer = setInterval(() => {
  if (left === 2 && !told) return;
  console.log('tick', left);
  if (--left === 0) clearInterval(timer);
}, 4);
void Promise.resolve().then(async () => {
  while (left > 2) await new Promise((r) => setTimeout(r, 1));
  console.error('promise');
  told = true;
});
// %%
while (left > 0) await new Promise((r) => setTimeout(r, 5));
'second'
