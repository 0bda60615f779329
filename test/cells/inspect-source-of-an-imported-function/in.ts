// %% file local.ts
/** Half of it. */
export function half(n: number) {
  return n / 2;
}
// %%
import { half } from './local';
// %% source
hal│f
// %% inspect
hal│f
