// %%
let n = 1, s: string | null = null, f = false;
// %%
n += 5; n++; --n; n **= 2; s ??= 'set'; f ||= true;
[n, n++, n, s, f]
