// %%
const user: { name?: { first: string }; tags?: string[] } = {};
[user.name?.first, user.tags?.[0], user.name?.first.length ?? 'none', Math.max(...[1, 2, 3]), { ...{ a: 1 }, b: 2 }]
