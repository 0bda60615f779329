// %%
import * as path from "node:path";
import * as fs from 'fs';
// %% complete
path.│
// %% complete
fs.readFileSy│
// %% complete
import * as url from 'node:url'
url.pathTo│
// %% complete
path.│
const next = 1;
