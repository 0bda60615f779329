// %% file tsconfig.json
{ "compilerOptions": { "strict": false } }
// %%
function loose(x) { return x.length }
const n: number = null;
loose('abc')
