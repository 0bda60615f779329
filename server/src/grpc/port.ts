import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { StatusError } from '../codec/errors.ts';
import type { SslConfig } from '../config/ssl-config.ts';

/** Opens `0.0.0.0:port` or `unix:path`. */
export function bind(server: Server, address: string, ssl: SslConfig | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentialsOf(ssl), (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Opens a port that other processes have open too, each with a queue of its own, which the system fills evenly: out of a common
 * one an idle worker takes nearly all, and gRPC's clients keep their connections for hours. The library can only be handed them.
 * @returns stops taking connections
 */
export function bindBeside(server: Server, port: number, ssl: SslConfig | undefined): Promise<() => void> {
  const injector = server.createConnectionInjector(credentialsOf(ssl));
  const listener = createServer((socket) => injector.injectConnection(socket));
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ port, host: '0.0.0.0', reusePort: true }, () => resolve(() => listener.close()));
  });
}

/** Runs what has begun to its end, at the latest after `timeout`. */
export function drainGrpc(server: Server, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      server.forceShutdown();
      // Without channelz the library forgets to close what is still open, and its callback would never come.
      resolve();
    }, timeout);
    server.tryShutdown(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}

function credentialsOf(ssl: SslConfig | undefined): ServerCredentials {
  if (!ssl) return ServerCredentials.createInsecure();
  const { key, cert, ca, clientVerify } = ssl;
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) };
  try {
    // grpc-js would say so only when the port opens, and blame the port.
    createSecureContext({ key, cert, ...(ca === '' ? {} : { ca }) });
    return ServerCredentials.createSsl(ca === '' ? null : Buffer.from(ca), [pair], clientVerify);
  } catch (error) {
    throw new StatusError(
      'INVALID_ARGUMENT',
      `--ssl_config_file: not a key and certificate in PEM: ${(error as Error).message}`,
    );
  }
}
