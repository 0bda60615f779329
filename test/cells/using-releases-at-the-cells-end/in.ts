// %%
const resource = (name: string) => ({ name, [Symbol.dispose]() { console.log('released', name); } });
// %%
using first = resource('first');
using second = resource('second');
console.log('in use', first.name, second.name);
// %%
first.name
