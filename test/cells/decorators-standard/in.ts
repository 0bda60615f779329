// %%
function logged<T extends (...args: never[]) => unknown>(method: T, context: ClassMethodDecoratorContext): T {
  return function (this: unknown, ...args: never[]) {
    console.log(`${String(context.name)} was called`);
    return method.apply(this, args);
  } as T;
}
const registry: string[] = [];
function register(_: unknown, { name }: ClassDecoratorContext) { registry.push(name!); }
// %%
@register
class Greeter {
  static made = 0;
  @logged greet(name: string): string { return `Hello ${name}`; }
}
// %%
[new Greeter().greet('Ada'), registry, Greeter.name, Greeter.made]
