// %%
function pick(n: number): number;
function pick(s: string): string;
function pick(value: number | string): number | string { return value; }
function isText(value: unknown): value is string { return typeof value === 'string'; }
function assertText(value: unknown): asserts value is string { if (typeof value !== 'string') throw new TypeError('no text'); }
// %%
pick('a').toUpperCase() + pick(1).toFixed(1)
// %%
const thing: unknown = 'thing';
if (isText(thing)) console.log(thing.length);
assertText(thing);
thing.toUpperCase()
// %%
pick(true)
