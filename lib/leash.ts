// Loaded into a launched server before its own code: when the program that holds the other end of stdin is gone, for
// whatever reason, the server ends as if it had been asked to. No signal handler of the parent can do that for SIGKILL.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume();
// Watching must not keep a server alive that has nothing left to do.
(process.stdin as unknown as { unref?(): void }).unref?.();
