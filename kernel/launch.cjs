/**
 * The kernel program: `node --no-force-async-hooks-checks kernel/launch.cjs CONNECTION_FILE [javascript]`, where kernel.json points.
 * Plain CommonJS, because the rest is held up by whatever Node needs before this runs: the second thread starts from here,
 * and both threads from the bundles of prepare.ts where those are up to date (300 small files cost 200 ms to load).
 */
const { accessSync, constants, readFileSync, statSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { MessageChannel, Worker } = require('node:worker_threads');

const root = join(__dirname, '..');
// Not in Node's default place, a folder that every user of the machine can write to.
const cache = join(root, 'node_modules', '.cache', 'typelab');

const [connectionFile, language = 'typescript'] = process.argv.slice(2);
if (!connectionFile) {
  console.error(
    'usage: launch.cjs CONNECTION_FILE [javascript]\nJupyter starts kernels itself; to make this one known to it: typelab install',
  );
  process.exit(2);
}

// Jupyter's front ends interrupt by message, but a ^C reaches every process of a terminal; the worker's watcher acts on it.
process.on('SIGINT', () => {});
enableCompileCache(cache);
const { prepared, main, second } = programs();
const { port1: port, port2 } = new MessageChannel();
// A worker has a compile cache of its own, which is to be on before its first file.
const start = `
  require('node:module').enableCompileCache(${JSON.stringify(cache)});
  ${prepared ? `require(${JSON.stringify(second)})` : `import(${JSON.stringify(pathToFileURL(second))})`};
`;
const worker = new Worker(start, {
  eval: true,
  workerData: { connectionFile, language, folder: process.cwd(), port: port2, prepared },
  transferList: [port2],
});
worker.once('error', (error) => {
  console.error(error);
  process.exit(1);
});
worker.once('exit', (code) => process.exit(code));
import(pathToFileURL(main)).then(({ runKernel }) => runKernel(port, worker));

/** The bundles, when no file that went into them has changed since; else the sources themselves. */
function programs() {
  try {
    const { folder, files } = JSON.parse(readFileSync(join(cache, 'start.json'), 'utf8'));
    const bundle = (name) => join(cache, folder, name);
    const isCurrent = ([file, time]) => statSync(join(root, file)).mtimeMs === time;
    if (files.every(isCurrent)) {
      const programs = { prepared: true, main: bundle('main.mjs'), second: bundle('worker.cjs') };
      accessSync(programs.main, constants.R_OK);
      accessSync(programs.second, constants.R_OK);
      return programs;
    }
  } catch {
    // There are none yet, or not for this user, or a source was removed.
  }
  return { prepared: false, main: join(__dirname, 'main.ts'), second: join(__dirname, 'session', 'worker.ts') };
}
