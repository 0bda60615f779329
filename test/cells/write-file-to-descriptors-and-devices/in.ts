// %%
import fs from 'node:fs';
fs.writeFileSync(1, 'by descriptor\n');
fs.writeFileSync('/dev/stdout', 'by device\n');
fs.appendFileSync('/dev/stderr', 'to stderr\n');
await fs.promises.writeFile('/dev/stdout', 'by promise\n');
fs.writeFileSync('/dev/fd/1', 'by fd\n');
