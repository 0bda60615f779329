// %%
throw 'a string';
// %%
throw 42;
// %%
throw null;
// %%
throw undefined;
// %%
throw { code: 'E1', detail: { a: [1, 2] } };
// %%
throw Symbol('s');
// %%
throw () => 1;
// %%
throw [1, 2];
// %%
throw '';
