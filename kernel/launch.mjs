/**
 * Where kernel.json points. Plain JavaScript, so that the cache is on before the first TypeScript file is read:
 * without it every start strips all types again, twice 50 ms.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Not in Node's default place, a folder that every user of the machine can write to.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/typelab', import.meta.url)));
await import('./main.ts');
