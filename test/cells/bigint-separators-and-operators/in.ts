// %%
let big = 2n ** 64n, none: number | undefined;
none ??= 1_000;
none ||= 2;
none &&= none + 1;
[big, none, 7 % 3, 2 ** 10, -0, 0x1f, 0b11, 1e3, 5 / 0]
