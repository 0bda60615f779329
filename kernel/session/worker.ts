/** The kernel's second thread: sockets, session and compiler. It answers whatever the user's code does to the main thread. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { FromRuntime, ToRuntime } from '../border.ts';

const { connectionFile, language, folder, port, prepared, descriptors } = workerData as {
  connectionFile: string;
  language: string;
  folder: string;
  port: MessagePort;
  /** From the bundles of prepare.ts. */
  prepared: boolean;
  /** The kernel's own descriptors 1 and 2, and the pipes that are in their place; see launch.cjs. */
  descriptors?: { log: Record<1 | 2, number>; ends: Record<1 | 2, number>; sign: string };
};

// An error of this thread would end the process and the user's variables with it.
process.on('uncaughtException', (error) => log(`an error of the kernel itself: ${error.stack}`));

void start();

async function start(): Promise<void> {
  // The checker's process takes longest to start, so it comes first; what loads beside it would hold it up.
  const inJavaScript = language === 'javascript';
  // kernel.json of a kernel that is called tslab says so.
  const loose = process.env.TYPELAB_STRICT === 'off';
  const semicolonShows = process.env.TYPELAB_SEMICOLON === 'shows';
  const lastWords = descriptors && { from: descriptors.ends[2], to: descriptors.log[2] };
  const compiler = import('./typescript.ts').then(({ openTypeScript }) =>
    openTypeScript(folder, { inJavaScript, loose, semicolonShows, lastWords }),
  );
  await compiler.catch(() => {}); // Told by the first request that needs it.
  // Then the sockets, so that front ends connect while the rest loads.
  const { readConnection } = await import('../wire/connection.ts');
  const { openSockets } = await import('../wire/sockets.ts');
  const connection = readConnection(connectionFile);
  const early: Parameters<typeof receive>[] = [];
  let receive: import('./session.ts').Session['receive'] = (...message) => void early.push(message);
  const sockets = await openSockets(connection, {
    session: randomUUID(),
    receive: (channel, message) => receive(channel, message),
    log,
  });
  sockets.publish('status', undefined, { execution_state: 'starting' });

  const [
    { createSession },
    { createHistory },
    { openHistoryStore },
    { userDataFolder },
    { createInterrupter },
    { createHeldOutput },
    { kernelInfo },
    { onOrphaned },
    { onSigint },
    { readDescriptors },
    { signalGroup },
  ] = await Promise.all([
    import('./session.ts'),
    import('./history.ts'),
    import('./history-store.ts'),
    import('../jupyter-paths.ts'),
    import('./interrupt.ts'),
    import('./held-output.ts'),
    import('./kernel-info.ts'),
    import('./parent.ts'),
    import('./sigint.ts'),
    import('./descriptors.ts'),
    import('../wire/group.ts'),
  ]);

  const post = (message: ToRuntime) => port.postMessage(message);
  let gate: Int32Array = new Int32Array(new SharedArrayBuffer(4));
  const interrupter = createInterrupter(post, () => gate);
  let held: ReturnType<typeof createHeldOutput> | undefined;
  let handled: Int32Array | undefined;
  let ending = false;
  const session = createSession({
    sockets,
    connection,
    info: kernelInfo({ inJavaScript }),
    language: compiler,
    history: createHistory(historyStore()),
    interrupter,
    post,
    shutdown,
    log,
  });
  const handle = (message: FromRuntime) => {
    if (message.kind === 'closed') void end();
    else session.fromRuntime(message);
    if (message.kind === 'ready') {
      held = createHeldOutput(message.held, () => interrupter.busy);
      handled = message.handled;
      gate = message.gate;
    } else if (message.kind === 'event') {
      if (message.event.kind === 'stream') held?.came();
      // What it has posted is out of the way: the main thread may print more.
      Atomics.add(handled!, 0, message.size ?? 0);
      Atomics.notify(handled!, 0);
    }
  };
  const native = descriptors && readDescriptors(descriptors, tell);
  port.on('message', (message: FromRuntime & { mark: number }) => {
    if (native) native.upTo(message.mark, () => handle(message));
    else handle(message);
  });
  receive = session.receive;
  for (const message of early) receive(...message);
  onOrphaned(shutdown);
  // Later, so as not to slow the start.
  setTimeout(() => onSigint(() => void session.interrupt()), 500);
  if (!prepared) setTimeout(prepareNextStart, 100);

  /** Native code's; what it says last before it ends the process must not be lost with it. */
  function tell(name: 'stdout' | 'stderr', text: string): void {
    const shown = session.native(name, text.replace(ENGINE_LOG, ''));
    if (name === 'stderr' || !shown) write(name === 'stdout' ? 1 : 2, text);
  }

  /** TYPELAB_HISTORY names another folder, or is `off`. */
  function historyStore() {
    const { TYPELAB_HISTORY: chosen } = process.env;
    if (chosen === 'off') return undefined;
    return openHistoryStore(chosen || join(userDataFolder(), 'typelab', 'history'), log);
  }

  /** The runtime ends what it started. A main thread that does not get to it ends with the process. */
  function shutdown(): void {
    if (ending) return;
    ending = true;
    void session.interrupt().then(() => post({ kind: 'shutdown' }));
    setTimeout(() => void close().finally(() => signalGroup(process.pid, 'SIGKILL')), 3000).unref();
  }

  async function end(): Promise<void> {
    await close();
    process.exit(0);
  }

  async function close(): Promise<void> {
    interrupter.close();
    held?.close();
    await Promise.all([sockets.close(), compiler.then((open) => open.close()).catch(() => {})]);
  }
}

/** TensorFlow tells what it found on the machine; graders take anything on stderr for a failure (nbgrader). */
const ENGINE_LOG =
  /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] |[IW]\d{4} \d\d:\d\d:\d+\.\d+ |WARNING: All log messages before absl::).*\n?/gm;

/** The bundles are missing or older than the sources. In a process of its own: this one may end any time. */
function prepareNextStart(): void {
  const program = fileURLToPath(new URL('../prepare.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { detached: true, stdio: 'ignore', cwd: '/' });
  child.on('error', () => {});
  child.unref();
}

/** console.error of a worker waits for the main thread; this does not. */
function log(line: string): void {
  write(2, `[typelab] ${line}\n`);
}

function write(descriptor: 1 | 2, text: string): void {
  try {
    writeSync(descriptors?.log[descriptor] ?? descriptor, text);
  } catch {
    // Nobody reads: the pipe is full or closed.
  }
}
