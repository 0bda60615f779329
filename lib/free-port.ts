import { createServer } from 'node:net';
import { claimPort } from './port-claim.ts';

/** What this process was given: until it listens there, the system may offer it again. */
const given = new Set<number>();

/**
 * A TCP port that is free on all addresses that a server would bind: the preferred one if it is, else any.
 * For half a minute no other process gets it from here; the same process gets none twice that it did not prefer.
 *
 * @example
 * const port = await freePort(8501);
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred)) && claimPort(preferred)) return preferred;
  for (;;) {
    const port = await bind(0, '0.0.0.0');
    if (port === undefined || !(await isFree(port)) || given.has(port) || !claimPort(port)) continue;
    given.add(port);
    return port;
  }
}

/** Another program may hold it on one address only: binding all others would succeed, and requests would go astray. */
export async function isFree(port: number): Promise<boolean> {
  for (const address of ['127.0.0.1', '0.0.0.0', '::']) {
    if ((await bind(port, address)) === undefined) return false;
  }
  return true;
}

/** The port that could be bound, undefined when it is taken. */
function bind(port: number, host: string): Promise<number | undefined> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      // Machines without IPv6: nobody can hold the port there.
      if (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL') done(port);
      else if (error.code === 'EADDRINUSE' || error.code === 'EACCES') done(undefined);
      else fail(error);
    });
    server.listen({ port, host, exclusive: true, ipv6Only: host === '::' }, () => {
      const { port: bound } = server.address() as { port: number };
      server.close(() => done(bound));
    });
  });
}
