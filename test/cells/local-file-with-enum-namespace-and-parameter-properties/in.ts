// %% file old.ts
export enum Mode { fast = 'FAST' }
export namespace Tools { export const hammer = 1; }
export class P { constructor(readonly mode: Mode) {} }
import path = require('node:path');
export const base = path.basename('/a/b');
// %%
import { Mode, Tools, P, base } from './old';
[new P(Mode.fast), Tools.hammer, base]
