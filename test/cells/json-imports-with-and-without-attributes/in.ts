// %% file data.json
{ "name": "digits", "shape": [28, 28] }
// %%
import data from './data.json' with { type: 'json' };
data.shape.map((n) => n + 1)
// %%
import again from './data.json';
again.name.toUpperCase()
// %%
const { default: third } = await import('./data.json', { with: { type: 'json' } });
third.name
// %%
data.nothing
