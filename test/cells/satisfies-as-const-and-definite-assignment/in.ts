// %%
const routes = { home: '/', about: '/about' } as const satisfies Record<string, `/${string}`>;
let later!: number;
// %%
const home: '/' = routes.home;
[home, later, routes!.about]
// %%
const bad = { a: 'x' } satisfies Record<string, number>;
