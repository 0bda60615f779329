// %%
function area(side: number) { return side ** 2; }
module.exports = { area };
if (require.main === module) console.log('the program');
// %%
exports.twice = (side: number) => 2 * side;
Object.keys(module.exports)
// %%
if (import.meta.main) console.log('the program too');
// %%
const exports = 1, module = { id: 'mine' };
[exports, module.id]
// %%
typeof module + typeof exports
