// %%
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
Readable.from(['a\n', 'b\n']).pipe(process.stdout);
await new Promise((r) => setTimeout(r, 20));
// %%
await pipeline(Readable.from(['c\n', 'd\n']), process.stdout, { end: false });
console.log('stdout is still open');
