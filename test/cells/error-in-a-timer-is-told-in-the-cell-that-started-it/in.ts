// %%
setTimeout(() => {
  throw new RangeError('late');
}, 10);
// %%
await new Promise((r) => setTimeout(r, 40));
'the kernel lives'
