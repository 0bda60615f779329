// %%
import { exec } from 'node:child_process';
import { promisify } from 'node:util';
(await promisify(exec)('echo piped; echo err >&2'))
