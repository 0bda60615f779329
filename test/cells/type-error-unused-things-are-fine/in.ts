// %%
const unused = 1; import { join } from 'node:path'; function never(x: number) { const y = 1; }
