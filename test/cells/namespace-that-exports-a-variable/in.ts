// %% file counter.ts
export namespace Counter { export let count = 0; export var last: string | undefined; export const step = 2; export function next() { last = 'next'; return count += step } }
// %%
namespace Tally { export let count = 0; export const step = 1; export function next() { return count += step } }
Tally.next();
[Tally.count, Tally.next(), Tally.count]
// %%
Tally.count = 10;
[Tally.next(), Tally.count]
// %%
import { Counter } from './counter.ts';
Counter.next();
[Counter.count, Counter.last]
// %%
const later = () => Tally.count;
enum Kind { A, B }
namespace Kind { export let all = 2 }
[later(), Kind.A, Kind.all, Kind[1]]
