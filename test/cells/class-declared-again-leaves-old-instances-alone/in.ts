// %%
class Model { kind = 'old'; tell() { return this.kind; } }
const old = new Model();
// %%
class Model { version = 2; }
[old.tell(), new Model(), old instanceof Model]
