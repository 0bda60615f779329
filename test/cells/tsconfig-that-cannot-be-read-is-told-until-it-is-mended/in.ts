// %% file tsconfig.json
{ "extends": "@nobody/tsconfig" }
// %%
1 + 1
// %%
1 + 2
// %% file node_modules/@nobody/tsconfig/tsconfig.json
{ "compilerOptions": { "strict": false } }
// %%
const a: string = null;
a
