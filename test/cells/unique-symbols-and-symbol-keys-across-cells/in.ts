// %%
const tag: unique symbol = Symbol('tag');
interface Tagged { [tag]: string }
// %%
const tagged: Tagged = { [tag]: 'yes' };
tagged[tag]
// %%
tagged
