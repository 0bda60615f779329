// %%
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
const out = createWriteStream('', { fd: 1, autoClose: false });
out.write('streamed\n');
out.end('ended\n');
await finished(out);
// %%
console.log('descriptor 1 is still open');
