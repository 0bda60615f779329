// %% file helper.ts
export const help = () => 'helped';
// %%
import { help } from './helper';
help()
