// %%
import fs from 'fs';
import { readFile } from 'fs/promises';
import * as path from 'path';
import os, { EOL } from 'node:os';
import process from 'node:process';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
await sleep(1);
assert.equal(1, 1);
[typeof fs.readFileSync, typeof readFile, path.extname('a.ts'), EOL, typeof os.cpus, typeof process.pid]
