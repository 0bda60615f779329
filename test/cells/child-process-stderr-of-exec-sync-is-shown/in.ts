// %%
import { execSync } from 'node:child_process';
execSync('echo seen; echo complaint >&2').toString()
