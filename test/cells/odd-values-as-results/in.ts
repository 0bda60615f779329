// %%
[new Date(NaN), new Date(0), [1, , 3], Object.assign(Object.create(null), { a: 1 })]
// %%
[BigInt64Array.from([1n, -2n]), new SharedArrayBuffer(2), new DataView(new ArrayBuffer(1)), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])]
// %%
Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
// %%
({ settled: Promise.resolve(5), pending: new Promise(() => {}) })
// %%
[(function* numbers() { yield 1; })(), (async function* () {})(), new WeakMap(), new WeakSet(), [1].values(), new Map([[1, 2]]).entries()]
// %%
[new URLSearchParams('a=1&b=2&a=3'), new Headers({ a: '1' }), new Blob(['hello'], { type: 'text/plain' }), new URL('https://example.org/p?q=1').host]
// %%
class Secret { #hidden = 1; static made = 2; shown = 3; get sum() { return this.#hidden + this.shown; } }
[new Secret(), Secret, class extends Secret {}]
// %%
[(x: number) => x + 1, async function named() {}, function* gen() {}, Math.max, Symbol.iterator]
// %%
({ [Symbol.for('nodejs.util.inspect.custom')]() { return 'in \x1b[31mred\x1b[0m'; } })
// %%
({ [Symbol.for('nodejs.util.inspect.custom')]() { return { instead: 1 }; } })
// %%
import vm from 'node:vm';
[vm.runInNewContext('new Map([[1, new Date(0)]])'), vm.runInNewContext('[/x/g, new Set([1])]'), vm.runInNewContext('({ a: 1 })').a]
// %%
import { display, html } from 'typelab/kernel';
const part = html`<b>x</b>`;
[part, { part }]
// %%
class Temperature { constructor(public degrees: number) {} [Symbol.for('Jupyter.display')]() { return { 'text/html': `<b>${this.degrees}°</b>` }; } }
display(new Temperature(5)); [new Temperature(6)]
// %%
({ [Symbol.for('Jupyter.display')]: 5, a: 1 })
// %%
[{ text: 'a<b', n: 1, day: new Date(0), list: [1, 2], inner: { x: 1 }, none: null }, { n: 2n }]
