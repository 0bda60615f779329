// %%
console.log(soon); const soon = 1;
// %%
class A extends B {} class B {}
