// %%
const early = basename('/x/y');
import { basename } from 'node:path';
early
