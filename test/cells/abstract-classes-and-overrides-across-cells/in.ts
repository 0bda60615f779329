// %%
abstract class Shape { abstract area(): number; describe() { return `${this.constructor.name} of ${this.area()}`; } }
// %%
class Square extends Shape { constructor(readonly side: number) { super(); } override area() { return this.side ** 2; } }
new Square(3).describe()
// %%
new Shape()
