// %% file tsconfig.json
{ "extends": "./base.json" }
// %% file base.json
{ "compilerOptions": { "strict": false } }
// %%
const a: string = null;
// %% file base.json
{ "compilerOptions": { "strict": true } }
// %%
const b: string = null;
// %% remove base.json
// %%
1 + 1
// %%
1 + 2
// %% file base.json
{ "compilerOptions": { "strict": true, "noImplicitOverride": true } }
// %%
class Base { run() {} }
class Own extends Base { run() {} }
// %%
1 + 3
