// %% file base.json
{ "compilerOptions": { "strict": false, "paths": { "~/*": ["./lib/*"] } } }
// %% file tsconfig.json
{ "extends": "./base.json" }
// %% file lib/a.ts
export const a = 'a';
// %%
import { a } from '~/a';
let nothing: string = null;
[a, nothing]
