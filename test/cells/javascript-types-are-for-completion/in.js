// %%
const n = 1; n.noSuch; n.toFixed(1, 2, 3)
// %%
/**
 * Adds things.
 * @param {number} a the first
 * @param {{ unit: 'cm' | 'm' }} options
 * @returns {Promise<string[]>}
 */
function add(a, options) { return Promise.resolve([String(a)]) }
/** @type {Map<string, Date>} */
const times = new Map();
// %% complete
times.get('a').getFull│
// %% complete
(await add(1)).conc│
// %% complete
add(1, { unit: '│' })
// %% inspect
ad│d
// %%
class Point { constructor(x) { this.x = x } length() { return Math.abs(this.x) } }
point = new Point(-2)
// %% complete
point.│
// %%
point.length()
// %% inspect
poin│t
