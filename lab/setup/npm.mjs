#!/usr/bin/env node
// `npm start`, `npm test` and the other scripts begin here. Plain JavaScript, nothing imported but Node's own modules:
// it must run on any Node, before anything is installed. It installs what is missing and goes on under the pinned Node.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { installDependencies } from './dependencies.mjs';
import { pinnedNode } from './pinned-node.mjs';
import { installPythonTools } from './python.mjs';
import { root } from './root.mjs';

const programs = {
  start: () => ['lab/main.ts', 'start'],
  lab: () => ['lab/main.ts', 'lab'],
  typelab: () => ['lab/main.ts'],
  tensorflow_model_server: () => ['server/main.ts'],
  check: () => ['test/run.ts', '--quick'],
  test: () => ['test/run.ts'],
  bench: () => ['test/bench/run.ts'],
};
const pythonTools = { test: 'test', lab: 'lab' };

const [name = '', ...args] = process.argv.slice(2);
const program = programs[name];
if (!program) {
  console.error(`unknown script: ${name}; one of ${Object.keys(programs).join(', ')}`);
  process.exit(2);
}
try {
  await installDependencies();
  if (pythonTools[name]) await installPythonTools(pythonTools[name]);
  await goOn(pinnedNode(), [...program(), ...args]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

/** Becomes the program, as far as Node can: same terminal, same signals, same exit code. */
async function goOn(node, [file, ...rest]) {
  // A command's relative paths are the user's, so it starts where the user is; tests and the course start at the root.
  // npm runs a script in the package's folder and notes where it was called; a hook may run below some other npm's script.
  const here = process.cwd() === root ? (process.env.INIT_CWD ?? root) : process.cwd();
  const cwd = name === 'typelab' || name === 'tensorflow_model_server' ? here : root;
  const child = spawn(node, [join(root, file), ...rest], { cwd, stdio: 'inherit' });
  // A terminal sends ^C to both; kill(1) and CI systems reach only this process.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (...end) => resolve(end));
  });
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
}
