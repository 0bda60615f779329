// %%
interface Config { server: { port: number; hosts: string[] } }
const c: Config = { server: { port: 1, hosts: ['a', 2] } };
// %%
const f: (a: { x: { y: number } }) => void = (a: { x: { y: string } }) => {};
