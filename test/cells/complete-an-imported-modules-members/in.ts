// %%
import * as path from 'node:path';
// %% complete
path.base│
