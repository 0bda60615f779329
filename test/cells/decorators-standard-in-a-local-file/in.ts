// %% file counted.ts
export const calls: string[] = [];
function count(method: () => number, context: ClassMethodDecoratorContext) {
  return function (this: unknown) { calls.push(String(context.name)); return method.call(this); };
}
export class Counter {
  @count next(): number { return 1; }
}
// %%
import { Counter, calls } from './counted';
new Counter().next();
calls
