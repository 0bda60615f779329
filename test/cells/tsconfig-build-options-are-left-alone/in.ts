// %% file tsconfig.json
{ "compilerOptions": { "noUnusedLocals": true, "module": "commonjs", "outDir": "dist", "rootDir": "src", "composite": true, "verbatimModuleSyntax": true, "isolatedDeclarations": true }, "include": ["src"] }
// %%
import { Stats, statSync } from 'node:fs';
function f(unused: number) { return typeof statSync }
f(1)
