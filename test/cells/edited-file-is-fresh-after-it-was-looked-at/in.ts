// %% file shapes.ts
export const double = (n: number): number => n * 2;
// %% complete
import { double } from "./sh
// %% inspect
import { dou│ble } from "./shapes.ts"
// %%
import { double } from "./shapes.ts"
double(21)
// %% file shapes.ts
export const double = (n: number): string => `${n}${n}`;
export const half = 1;
// %% inspect
dou│ble
// %%
import { double, half } from "./shapes.ts"
[double(21), half]
