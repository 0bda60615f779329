// %%
process.kill(process.pid)
// %%
process.kill(process.pid, 'SIGKILL')
// %%
process.kill(process.pid, 0)
// %%
import { kill, pid } from 'node:process';
kill(pid, 'SIGKILL')
// %%
process.on('SIGUSR2', () => console.log('heard'));
process.kill(process.pid, 'SIGUSR2');
await new Promise((resolve) => setTimeout(resolve, 20));
process.removeAllListeners('SIGUSR2');
// %%
process.abort()
// %%
(process as any).reallyExit(1)
