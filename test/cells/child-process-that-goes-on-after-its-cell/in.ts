// %%
import { spawn } from 'node:child_process';
const child = spawn('sh', ['-c', 'sleep 0.05; echo from the child'], { stdio: 'inherit' });
const closed = new Promise((r) => child.on('close', r));
// %%
await closed;
