// %%
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
const w = new Worker('throw new Error("in the worker")', { eval: true });
await once(w, 'exit');
