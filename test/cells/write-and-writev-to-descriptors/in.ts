// %%
import fs from 'node:fs';
import { promisify } from 'node:util';
await promisify(fs.write)(1, 'written\n');
fs.writevSync(1, [Buffer.from('a'), Buffer.from('b\n')]);
fs.write(2, 'err\n', (error, n) => console.log(error, n));
await new Promise((r) => setTimeout(r, 10));
