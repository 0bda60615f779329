// %% file data.txt
hello
// %%
import { readFileSync } from 'node:fs';
[import.meta.url, import.meta.dirname, import.meta.filename, import.meta.resolve('./data.txt')]
// %%
readFileSync(new URL('./data.txt', import.meta.url), 'utf8')
// %%
[__dirname, __filename]
