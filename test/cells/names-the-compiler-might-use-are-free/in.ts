// %%
const $context = 1, $1 = 2, $t0 = 3, $i0 = 4, scope = 5, magic = 6, x$1 = 7, x = 8, arguments_ = 9;
// %%
const x = 10;
[$context, $1, $t0, $i0, scope, magic, x$1, x, arguments_]
