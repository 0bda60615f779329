// %% file node_modules/dual/package.json
{ "name": "dual", "exports": { ".": { "import": { "types": "./index.d.mts", "default": "./index.mjs" }, "require": { "types": "./index.d.cts", "default": "./index.cjs" } } } }
// %% file node_modules/dual/index.mjs
export const kind = 'module';
// %% file node_modules/dual/index.cjs
exports.kind = 'commonjs';
// %% file node_modules/dual/index.d.mts
export declare const kind: 'module';
// %% file node_modules/dual/index.d.cts
export declare const kind: 'commonjs';
// %%
import { kind } from 'dual';
[kind, require('dual').kind]
