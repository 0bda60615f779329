// %% file tsconfig.json
{ "compilerOptions": { "noUncheckedIndexedAccess": true } }
// %%
const list = [1, 2];
const first: number = list[0]
