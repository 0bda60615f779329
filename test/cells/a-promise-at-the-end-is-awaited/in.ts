// %%
Promise.resolve([1, 2])
// %%
(async () => 'from async')()
// %%
new Promise<string>((r) => setTimeout(() => r('slow'), 5))
// %%
[Promise.resolve(1)]
// %%
Promise.resolve(undefined)
// %%
({ then: (resolve: (value: string) => void) => resolve('a thenable') })
