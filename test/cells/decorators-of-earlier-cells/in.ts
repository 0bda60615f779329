// %%
function logged<T extends (...args: never[]) => unknown>(method: T, { name }: ClassMethodDecoratorContext) {
  return function (this: unknown, ...args: never[]) { console.log('call', String(name)); return method.apply(this, args); } as T;
}
// %%
class Service { @logged run(n: number) { return n * 2; } }
new Service().run(4)
