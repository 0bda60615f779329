/** Tells when the program that started the kernel is gone, as ipykernel's parent poller does. */

/** @returns how to stop watching */
export function onOrphaned(listener: () => void, { JPY_PARENT_PID } = process.env, interval = 1000): () => void {
  if (!JPY_PARENT_PID) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.platform === 'win32' ? !exists(Number(JPY_PARENT_PID)) : process.ppid !== parent) {
      clearInterval(timer);
      listener();
    }
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}

/** Windows does not give orphans a new parent, so there the parent itself is looked up. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
