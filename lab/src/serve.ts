import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** `typelab serve FLAGS`: the model server as a program of its own, on the same terminal. */
export async function serve(flags: string[]): Promise<void> {
  const program = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
  const child = execa(process.execPath, [program, ...flags], { stdio: 'inherit', reject: false });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const { exitCode, signal } = await child;
  process.exitCode = exitCode ?? 128 + (signal ? constants.signals[signal] : 1);
}
