// %% file lib/deep/tool.ts
import { shared } from '../../shared';
export const tool = `tool of ${shared}`;
// %% file shared.ts
export const shared = 'shared';
// %%
import { tool } from './lib/deep/tool';
tool
