// %% file lowered.ts
export enum Kind {
  a = 'a',
  b = 'b',
}
export namespace Space {
  export interface Point { x: number }
}

export class Thing {
  constructor(readonly kind: Kind) {}
  fail(): never {
    throw new Error(`line 12 of ${this.kind}`);
  }
}
// %%
import { Thing, Kind } from './lowered';
new Thing(Kind.b).fail();
