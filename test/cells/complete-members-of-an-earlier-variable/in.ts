// %%
const person = { name: 'Ada', born: 1815, greet(who: string) { return who; } };
// %% complete
person.│
// %% complete
person.na│
