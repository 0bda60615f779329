// %%
const shout = (parts: TemplateStringsArray, ...values: unknown[]) => String.raw({ raw: parts }, ...values).toUpperCase();
// %%
shout`hello ${1 + 1}\n`
