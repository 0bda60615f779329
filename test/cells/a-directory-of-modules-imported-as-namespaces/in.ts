// %% file ops/add.ts
export default (a: number, b: number) => a + b;
// %% file ops/index.ts
export { default as add } from './add';
export * from './mul';
// %% file ops/mul.ts
export const mul = (a: number, b: number) => a * b;
// %%
import * as ops from './ops';
[ops.add(2, 3), ops.mul(2, 3), Object.keys(ops)]
