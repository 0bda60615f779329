// %% file tsconfig.json
{ "compilerOptions": { "lib": ["es2022"] } }
// %%
[1, 2].at(-1)
// %%
document.title
