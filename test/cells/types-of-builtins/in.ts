// %%
import type { Server } from 'node:http';
import { EventEmitter, once } from 'node:events';
const server: Server | undefined = undefined;
const emitter = new EventEmitter<{ ready: [number] }>();
const ready = once(emitter, 'ready');
emitter.emit('ready', 5);
await ready
// %%
emitter.emit('ready', 'five')
