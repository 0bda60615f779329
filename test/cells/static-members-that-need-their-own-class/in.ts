// %%
class Registry {
  static readonly main = new Registry('main');
  static all = [Registry.main];
  static { Registry.all.push(new Registry('other')); }
  constructor(readonly name: string) {}
  again() { return new Registry(this.name); }
}
// %%
[Registry.all.map(({ name }) => name), Registry.main.again() instanceof Registry]
// %%
const old = Registry.main;
class Registry { kind = 'new'; make() { return new Registry(); } }
[old.again(), new Registry().make()]
