// %%
import { readFile } from 'node:fs';
readFile('/dev/null', 'utf8', (error, text) => console.log('read', error, text.length));
// %%
await new Promise((r) => setTimeout(r, 30));
