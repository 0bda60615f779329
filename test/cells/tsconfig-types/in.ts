// %% file tsconfig.json
{ "compilerOptions": { "types": ["magic-globals"] } }
// %% file node_modules/@types/magic-globals/package.json
{ "name": "@types/magic-globals", "version": "1.0.0", "types": "index.d.ts" }
// %% file node_modules/@types/magic-globals/index.d.ts
declare var MAGIC: number;
// %%
globalThis.MAGIC = 7; MAGIC + process.argv.length * 0
