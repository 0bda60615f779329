// %% file lazy.ts
export const load = async (n: number): Promise<string> => `loaded ${n}`;
export default class Lazy { kind = 'lazy' }
// %%
const { load, default: Lazy } = await import('./lazy');
[await load(2), new Lazy().kind]
// %%
const module = await import('./lazy.ts');
module.load('two')
// %%
const which = 'lazy';
Object.keys(await import(`./${which}.ts`))
