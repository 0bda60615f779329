// %%
import path = require('node:path');
import fs = require('fs');
// %%
[path.join('a', 'b'), typeof fs.readFileSync]
