// %% file local.ts
export const here = 1;
// %% complete
require("fs│
// %% complete
import("./lo│
// %% complete
import { │ } from './local'
// %% complete
import x from 'node:time│
