// %%
import { display } from 'typelab/kernel';
import { EventEmitter } from 'node:events';
const emitter = new EventEmitter();
setTimeout(() => display('shown late'), 5);
// %%
emitter.on('x', () => console.log('listener of the second cell'));
// %%
await new Promise((r) => setTimeout(r, 30));
emitter.emit('x');
