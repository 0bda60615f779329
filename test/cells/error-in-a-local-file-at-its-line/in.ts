// %% file lib/fail.ts
interface Unused { a: number }

export function fail(reason: string): never {
  throw new Error(reason);
}
// %%
import { fail } from './lib/fail';
// %%
fail('from the file');
