// %% file gone.ts
export const gone = 1;
// %%
import { gone } from './gone'; gone
// %% remove gone.ts
// %%
import { gone } from './gone'; gone
