// %% file node_modules/@types/node/package.json
{ "name": "@types/node", "version": "16.9.1", "types": "index.d.ts" }
// %% file node_modules/@types/node/index.d.ts
declare module 'node:fs' {
  export function readFileSync(path: string): { buffer: 16 };
}
declare class Buffer { static from(text: string): { old: true } }
// %% file node_modules/pictures/package.json
{ "name": "pictures", "version": "1.0.0", "types": "index.d.ts", "main": "index.js" }
// %% file node_modules/pictures/index.d.ts
/// <reference types="node" />
export function encode(): Buffer;
// %% file node_modules/pictures/index.js
exports.encode = () => Buffer.from('png');
// %%
import { encode } from 'pictures';
import { writeFileSync } from 'node:fs';
const bytes: Uint8Array = encode();
writeFileSync('/dev/null', bytes);
bytes.length
