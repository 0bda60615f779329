// %%
import * as path from 'node:path';
import * as assert from 'node:assert';
import type * as events from 'node:events';
import EventEmitter from 'node:events';
[path.basename('/a/b'), typeof assert.equal, new EventEmitter() instanceof EventEmitter]
// %%
path.extname('c.ts')
// %%
path.noSuch
// %%
export * as p from 'node:path';
p.sep
