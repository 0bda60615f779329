// %%
(null as unknown as { a: { b: number } }).a.b
// %%
(undefined as unknown as () => void)();
// %%
new Array(-1)
// %%
'x'.repeat(-1)
// %%
BigInt('x')
// %%
structuredClone(() => {})
// %%
(1n as unknown as number) + 1
