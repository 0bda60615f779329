// %% file node_modules/thrower/package.json
{ "name": "thrower", "type": "module", "exports": "./index.js" }
// %% file node_modules/thrower/index.js
export function work(f) { return inner(f); }
function inner(f) { if (f) return f(); throw new Error('thrown in the package'); }
// %%
import { work } from 'thrower';
// %%
work(undefined)
// %%
work(() => {
  throw new Error('thrown in the callback');
})
