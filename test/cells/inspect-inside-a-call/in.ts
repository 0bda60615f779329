// %%
class Point { constructor(public x: number, y = 0) {} get length() { return this.x } }
class Plain {}
const twice = <T>(value: T, times?: number) => [value, value];
// %% inspect
new Point(│
// %% inspect
new Plain(│
// %% inspect
new Map<string, number>(│
// %% inspect
twice({ a: [1, 2] }, │
// %% inspect
console.log(twice(│
// %% inspect
new Point(1).len│gth
