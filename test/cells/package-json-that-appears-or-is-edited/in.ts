// %% file lib/area.ts
export const area = (side: number) => side ** 2;
// %% file lib/volume.ts
export const volume = (side: number) => side ** 3;
// %%
import { area } from '#lib/area';
// %% file package.json
{ "name": "course", "imports": { "#lib/area": "./lib/area.ts" } }
// %%
import { area } from '#lib/area';
area(3)
// %%
import { volume } from '#lib/volume';
// %% file package.json
{ "name": "course", "imports": { "#lib/*": "./lib/*.ts" } }
// %%
import { volume } from '#lib/volume';
import { area } from '#lib/area';
volume(3) + area(3)
// %%
volume('3')
// %% file package.json
{ "name": "course" }
// %%
import { volume } from '#lib/volume';
// %%
area(4)
// %% file package.json
{ "name": "course", "type": "commonjs", "imports": { "#lib/*": "./lib/*.ts" } }
// %% file lib/edge.js
export const edge = 12;
// %%
import { edge } from './lib/edge.js';
// %% file package.json
{ "name": "course", "type": "module" }
// %%
import { edge } from './lib/edge.js';
edge
