// %%
import fs, { writeSync } from 'node:fs';
writeSync(1, 'by number\n');
fs.writeSync(2, Buffer.from('to stderr\n'));
fs.writeSync(1, 'part of this text', 5);
console.log();
fs.writeSync(1, Buffer.from('abcdef\n'), 2, 5)
