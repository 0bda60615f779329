// %%
let level = 'old';
const read = () => level;
function write(value: string) { level = value; }
// %%
let level = 5;
write('written');
[level, read()]
