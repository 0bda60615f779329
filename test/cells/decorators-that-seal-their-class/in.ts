// %%
function sealed(constructor: Function) {
  Object.seal(constructor);
  Object.seal(constructor.prototype);
}
@sealed
class Greeter {
  greeting = 'Hello';
  greet() { return `${this.greeting}!`; }
}
[new Greeter().greet(), Object.isSealed(Greeter)]
