// %%
import { marked } from 'marked';
import * as Plot from '@observablehq/plot';
[typeof marked, typeof Plot.plot]
