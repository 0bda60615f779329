// %% file deco.ts
type Any = (...args: never[]) => unknown;

function keep(method: Any, _: ClassMethodDecoratorContext) {
  return method;
}

export class D {
  @keep
  fail(): void {
    const a: number = 1;
    throw new Error(`line 11, ${a}`);
  }
}
// %%
import { D } from './deco';
new D().fail();
