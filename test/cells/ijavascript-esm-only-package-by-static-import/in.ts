// %% file node_modules/ijs-esm/package.json
{ "name": "ijs-esm", "version": "1.0.0", "type": "module", "exports": "./main.js" }
// %% file node_modules/ijs-esm/main.js
export class Client { hello() { return 'hello'; } }
// %%
import { Client } from 'ijs-esm';
new Client().hello()
