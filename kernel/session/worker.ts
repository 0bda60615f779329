/** The kernel's second thread: sockets, session and compiler. It answers whatever the user's code does to the main thread. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { FromRuntime, ToRuntime } from '../border.ts';

const { connectionFile, language, folder, port, prepared } = workerData as {
  connectionFile: string;
  language: string;
  folder: string;
  port: MessagePort;
  /** From the bundles of prepare.ts. */
  prepared: boolean;
};

void start();

async function start(): Promise<void> {
  // The checker's process takes longest to start, so it comes first; what loads beside it would hold it up.
  const inJavaScript = language === 'javascript';
  const compiler = import('./typescript.ts').then(({ openTypeScript }) => openTypeScript(folder, { inJavaScript }));
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
    { kernelInfo },
    { onOrphaned },
    { onSigint },
  ] = await Promise.all([
    import('./session.ts'),
    import('./history.ts'),
    import('./history-store.ts'),
    import('../jupyter-paths.ts'),
    import('./interrupt.ts'),
    import('./kernel-info.ts'),
    import('./parent.ts'),
    import('./sigint.ts'),
  ]);

  const post = (message: ToRuntime) => port.postMessage(message);
  const interrupter = createInterrupter(post);
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
  port.on('message', (message: FromRuntime) => {
    if (message.kind === 'closed') void end();
    else session.fromRuntime(message);
  });
  receive = session.receive;
  for (const message of early) receive(...message);
  onOrphaned(shutdown);
  // Later, so as not to slow the start.
  setTimeout(() => onSigint(() => void session.interrupt()), 500);
  if (!prepared) setTimeout(prepareNextStart, 100);

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
    setTimeout(() => void close().finally(() => process.kill(process.pid, 'SIGKILL')), 3000).unref();
  }

  async function end(): Promise<void> {
    await close();
    process.exit(0);
  }

  async function close(): Promise<void> {
    interrupter.close();
    await Promise.all([sockets.close(), compiler.then((open) => open.close()).catch(() => {})]);
  }
}

/** The bundles are missing or older than the sources. In a process of its own: this one may end any time. */
function prepareNextStart(): void {
  const program = fileURLToPath(new URL('../prepare.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { detached: true, stdio: 'ignore', cwd: '/' });
  child.on('error', () => {});
  child.unref();
}

/** console.error of a worker waits for the main thread; this does not. */
function log(line: string): void {
  try {
    writeSync(2, `[typelab] ${line}\n`);
  } catch {
    // Nobody reads: the pipe is full or closed.
  }
}
