// %%
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
const e = new EventEmitter();
e.on('x', () => { throw new Error('in the listener'); });
// %%
e.emit('x')
// %%
e.emit('error', new Error('nobody listens'))
// %%
Readable.from([1]).on('data', () => { throw new Error('in the stream'); });
await new Promise((r) => setTimeout(r, 20));
