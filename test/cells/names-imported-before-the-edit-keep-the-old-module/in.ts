// %% file version.ts
export const version = () => 'old';
// %%
import { version } from './version';
const kept = version;
// %% file version.ts
export const version = () => 'new';
// %%
version()
// %%
import { version } from './version';
[version(), kept()]
