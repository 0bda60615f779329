// %%
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
for await (const line of createInterface({ input: Readable.from(['one\ntwo\n']) })) console.log(line);
