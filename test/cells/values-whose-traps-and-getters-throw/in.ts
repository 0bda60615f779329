// %%
import { display } from 'typelab/kernel';
const trap = (): never => { throw new Error('trap'); };
const strict = new Proxy({ a: 1 }, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap });
[strict, { strict }]
// %%
display(strict)
// %%
({ get shape() { return trap(); }, get nodeType() { return trap(); }, get $schema() { return trap(); }, get dataSync() { return trap(); }, a: 1 })
// %%
({ get [Symbol.for('Jupyter.display')]() { return trap(); }, a: 1 })
// %%
[{ a: 1, get b() { return trap(); } }]
// %%
(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return [proxy]; })()
