// %%
import { spawn, spawnSync, execSync, execFileSync } from 'node:child_process';
import { once } from 'node:events';
await once(spawn('sh', ['-c', 'echo out; echo err >&2'], { stdio: 'inherit' }), 'close');
// %%
spawnSync('echo', ['sync'], { stdio: 'inherit' }).status
// %%
execSync('echo exec; echo warn >&2', { stdio: 'inherit' })
// %%
execFileSync('echo', ['file'], { stdio: ['ignore', 'inherit', 'inherit'] });
