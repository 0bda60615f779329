// %%
const who = 'you';
!echo hello {who}
const out = !echo captured
out[0]
