// %% file tsconfig.json
{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }
// %%
const seen: unknown[] = [];
function field(target: object, key: string) { seen.push(['field', target.constructor.name, key]); }
function method(target: object, key: string, descriptor: PropertyDescriptor) { seen.push(['method', key, typeof descriptor.value]); }
function parameter(target: object, key: string | undefined, index: number) { seen.push(['parameter', key, index]); }
function sealed(constructor: Function) { Object.seal(constructor); seen.push(['class', constructor.name]); }
// %%
@sealed
class Person {
  @field name = 'Ada';
  @method greet(@parameter who: string) { return `${this.name} greets ${who}`; }
}
// %%
[seen, new Person().greet('Bob'), Object.isSealed(Person)]
