// %% file tools.ts
export const alpha = 1;
// %%
import * as tools from './tools.ts';
import * as fs from 'node:fs';
tools.alpa
// %%
fs.readFileSink('x')
// %%
namespace Geometry { export const tau = 6.28 }
Geometry.tao
// %%
import { readFileSynk } from 'node:fs';
