// %%
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
const w = new Worker('console.log("from a worker"); console.error("its error")', { eval: true });
await once(w, 'exit');
await new Promise((r) => setTimeout(r, 30));
