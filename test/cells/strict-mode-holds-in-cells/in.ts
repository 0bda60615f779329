// %%
const frozen = Object.freeze({ a: 1 }) as { a: number };
frozen.a = 2;
