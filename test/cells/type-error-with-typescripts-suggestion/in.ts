// %%
const person = { firstName: 'Ada', lastName: 'L' };
person.fistName
// %%
consle.log('x')
// %%
Math.flor(1.5)
