// %%
const twice = (_: undefined, _context: ClassFieldDecoratorContext) => (initial: number) => initial * 2;
function bounded(target: ClassAccessorDecoratorTarget<unknown, number>, _: ClassAccessorDecoratorContext): ClassAccessorDecoratorResult<unknown, number> {
  return { set(value) { target.set.call(this, Math.min(10, value)); } };
}
// %%
class Dial {
  @twice start = 4;
  @bounded accessor level = 3;
}
const dial = new Dial();
dial.level = 50;
[dial.start, dial.level]
