// %%
class Counter {
  #count = 0;
  static made = 0;
  static { Counter.made = 10; }
  accessor step = 2;
  constructor(private readonly name: string, public limit = 5) { Counter.made += 1; }
  get count() { return this.#count; }
  set count(n: number) { this.#count = n; }
  #add() { this.#count += this.step; }
  add(): this { this.#add(); return this; }
  static isCounter(value: object): boolean { return #count in value; }
  toString() { return `${this.name}: ${this.#count}`; }
}
// %%
const c = new Counter('apples').add().add();
c.count += 1;
[String(c), c.count, Counter.made, Counter.isCounter(c), Counter.isCounter({}), c.limit]
// %%
c.#count
