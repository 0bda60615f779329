// %%
const config = { get(key: string): string { throw new Error(`no ${key}`); } };
const value =
  config
    .get('a')
    .trim();
