// %% file both.ts
export default 'the default';
export const named = 'named';
// %%
import def, * as all from './both';
[def, all.named, all.default]
// %%
import { default as again } from './both';
again
