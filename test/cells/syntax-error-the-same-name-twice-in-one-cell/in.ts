// %%
const twice = 1;
let twice = 2;
// %%
class Dup {} class Dup {}
