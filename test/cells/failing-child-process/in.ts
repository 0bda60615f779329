// %%
import { execSync } from 'node:child_process';
execSync('exit 3', { stdio: 'pipe' });
// %%
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
await promisify(execFile)('no-such-command-here');
