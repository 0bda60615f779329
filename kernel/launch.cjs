/**
 * The kernel program: `sh kernel/launch.sh node --no-force-async-hooks-checks kernel/launch.cjs CONNECTION_FILE [javascript]`,
 * where kernel.json points, or without its first two words. launch.sh adds the word `piped`.
 * Plain CommonJS, because the rest is held up by whatever Node needs before this runs: the second thread starts from here,
 * and both threads from the bundles of prepare.ts where those are up to date (300 small files cost 200 ms to load).
 */
const { randomBytes } = require('node:crypto');
const { accessSync, closeSync, constants, openSync, readFileSync, rmSync, statSync, writeSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { inspect } = require('node:util');
const { MessageChannel, Worker } = require('node:worker_threads');

// Whoever calls may have found an older Node on PATH, which would fail on the first TypeScript file and not say why.
const [major, minor] = process.versions.node.split('.').map(Number);
if (!((major === 24 && minor >= 15) || major >= 26)) {
  console.error(
    `the typelab kernel needs Node 24.15 or newer (or 26), and ${process.execPath} is ${process.version}. With a newer one, run: typelab install`,
  );
  process.exit(1);
}
// Asked by start.sh.
if (process.argv[2] === '--fits') process.exit(0);

const root = join(__dirname, '..');
// Not in Node's default place, a folder that every user of the machine can write to.
const cache = join(root, 'node_modules', '.cache', 'typelab');

const [connectionFile, ...words] = process.argv.slice(2);
const language = words.includes('javascript') ? 'javascript' : 'typescript';
if (!connectionFile) {
  console.error(
    'usage: launch.cjs CONNECTION_FILE [javascript]\nJupyter starts kernels itself; to make this one known to it: typelab install',
  );
  process.exit(2);
}

// Jupyter's front ends interrupt by message, but a ^C reaches every process of a terminal; the worker's watcher acts on it.
const ignore = () => {};
process.on('SIGINT', ignore);
// A script of node:vm with breakOnSigint takes the listeners away that it is told of, and the signal would end the process.
const { listenerCount } = process;
process.listenerCount = (name, ...given) =>
  listenerCount.call(process, name, ...given) -
  (name === 'SIGINT' && given.length === 0 && process.listeners(name).includes(ignore) ? 1 : 0);
enableCompileCache(cache);
const { prepared, main, second } = programs();
// Before there is a second thread: what it opens meanwhile could get the number 1 or 2.
const descriptors = words.includes('piped') ? captureDescriptors() : undefined;
const { port1: port, port2 } = new MessageChannel();
// A worker has a compile cache of its own, which is to be on before its first file.
const start = `
  require('node:module').enableCompileCache(${JSON.stringify(cache)});
  ${prepared ? `require(${JSON.stringify(second)})` : `import(${JSON.stringify(pathToFileURL(second))})`};
`;
const worker = new Worker(start, {
  eval: true,
  workerData: { connectionFile, language, folder: process.cwd(), port: port2, prepared, descriptors },
  transferList: [port2],
});
worker.once('error', fail);
worker.once('exit', (code) => process.exit(code));
import(pathToFileURL(main))
  .then(({ runKernel }) => runKernel(port, worker, language === 'javascript', descriptors?.sign))
  .catch(fail);

/** Where the one who started the kernel looks. */
function fail(error) {
  writeSync(descriptors?.log[2] ?? 2, `${inspect(error)}\n`);
  process.exit(1);
}

/**
 * Descriptors 1 and 2 become pipes that the second thread reads: native code, WebAssembly and the programs that they start
 * write there past Node. `log` has the kernel's own by their numbers, which launch.sh has saved; `ends` has the pipes' other ends.
 */
function captureDescriptors() {
  const numbers = [1, 2];
  const pipe = (number) => `${connectionFile}.${number}`;
  const ends = {};
  // Node makes what these write to non-blocking, and native code would lose what does not fit into a pipe at once.
  void [process.stdout, process.stderr];
  for (const number of numbers) {
    ends[number] = openSync(pipe(number), constants.O_RDONLY | constants.O_NONBLOCK);
    closeSync(number);
    openSync(pipe(number), 'w');
    rmSync(pipe(number));
  }
  return { log: { 1: 3, 2: 4 }, ends, sign: randomBytes(8).toString('hex') };
}

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
