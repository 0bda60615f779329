// %% file tsconfig.json
{
  // as an application with dependency injection has it
  "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true },
}
// %%
const types = new Map<string, unknown>();
Object.assign(Reflect, { metadata: (key: string, value: unknown) => (target: object, name?: string) => { types.set(`${name ?? 'constructor'} ${key}`, value); } });
// %%
class Engine {}
function inject(_: object, __?: string) {}
class Car {
  @inject engine!: Engine;
  @inject wheels = 4;
}
// %%
[types.get('engine design:type') === Engine, types.get('wheels design:type')]
