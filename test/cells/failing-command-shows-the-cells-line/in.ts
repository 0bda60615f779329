// %%
console.log('first');
!exit 3
// %%
const out = !exit 4
