// %% file lib/shapes.ts
export interface Square { side: number; colour?: string }
export namespace Deep { export const x = 1; export interface I { a: number } }
export class Shape { area(): number { return 1 } }
// %%
const unused = 0;
/** What a person is called. */
interface Person { name: string;
  age: number }
// %%
const ada: Person = { name: 'Ada' };
// %%
interface Person { name: string; born: Date }
const people = [{ label: 'a', value: 1 }], { length } = people;
function pair(first: number,
  second: string) { return [first, second] }
// %%
const grace: Person = { name: 'Grace' };
// %%
people[0]!.lable
// %%
pair(1)
// %%
!echo {lengthy}
const a: Person = {};
// %%
pair('a', 'b')
// %%
import * as shapes from './lib/shapes.ts';
const square: shapes.Square = { colour: 'red' };
// %%
import { Deep, Shape } from './lib/shapes.ts';
const shape = new Shape();
// %%
shape.arae()
// %%
const deep: Deep.I = {};
// %%
import * as all from './lib/shapes.ts';
const text: string = all;
// %%
[1].forEahc(() => {})
// %%
class Twice { constructor(private one: number) {} }
new Twice(1).one
// %%
people = [];
// %%
enum Colour { Red } enum Other { Green }
const wrong: Colour = Other.Green;
// %%
interface Deeper { a: { b: { c: number } } }
// %%
const nested: Deeper = { a: { b: { c: 'x' } } };
// %% inspect
all│
